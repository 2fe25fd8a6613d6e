"""`manage.py plugins catalogue`: make docs/catalogue.md from the manifests of the plugins in Plugins/."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from VaultPlatform.checklist.catalogue import PAGE, is_current, write_catalogue
from VaultPlatform.config import REPOSITORY
from VaultPlatform.host.manifest import ManifestError

HELP = f"make {PAGE} from the plugins' manifests"


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of the action."""
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if the page is not current"
    )


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    """Write the page, or say whether it is current."""
    try:
        current = is_current(REPOSITORY)
        if not current and not options["check"]:
            write_catalogue(REPOSITORY)
    except ManifestError as error:
        raise CommandError(str(error)) from error
    if options["check"] and not current:
        raise CommandError(f"{PAGE} is not what the manifests say; run manage.py plugins catalogue")
    told = {"page": PAGE, "changed": not current}
    words = "is written anew" if told["changed"] else "is current"
    command.stdout.write(json.dumps(told) if options["json"] else f"{PAGE} {words}")
