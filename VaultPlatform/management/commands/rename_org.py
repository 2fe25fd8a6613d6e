"""`rename_org`: another slug, another name, or both."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from VaultPlatform.audit import command_actor
from VaultPlatform.tenancy import rename_organisation
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = "Renames an organisation. Its data stay where they are, and tokens stay valid under the new slug."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its name in the Org header as it is now")
        parser.add_argument("new_slug", nargs="?", help="as it is to be")
        parser.add_argument("--name", help="its new name for people")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        with said_plainly(), command_actor():
            renamed = rename_organisation(options["slug"], new_slug=options["new_slug"], name=options["name"])
        if options["json"]:
            self.stdout.write(json.dumps({"slug": renamed.slug, "name": renamed.name}))
        else:
            self.stdout.write(f"Organisation '{options['slug']}' is now '{renamed.slug}' ({renamed.name}).")
