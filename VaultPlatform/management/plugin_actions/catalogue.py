"""`manage.py plugins catalogue`: make docs/catalogue.md from the manifests of the plugins in Plugins/."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from VaultPlatform.checklist.catalogue import PAGE, catalogue_page
from VaultPlatform.config import REPOSITORY
from VaultPlatform.host.manifest import ManifestError
from VaultPlatform.management.plugin_actions.pages import add_page_arguments, make_page

HELP = f"make {PAGE} from the plugins' manifests"
add_arguments = add_page_arguments


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    """Write the page, or say whether it is current."""
    try:
        text = catalogue_page(REPOSITORY)
    except ManifestError as error:
        raise CommandError(str(error)) from error
    make_page(command, options, page=PAGE, text=text, sources="manifests")
