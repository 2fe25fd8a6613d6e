"""`import_org`: a new organisation from a file of `export_org`."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from VaultPlatform.audit import command_actor
from VaultPlatform.tenancy.archive import import_organisation
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = "Makes an organisation of what `export_org` wrote: all of it, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", help="the file of `export_org`")
        parser.add_argument(
            "slug", nargs="?", default="", help="its name in the Org header; as it was if left out"
        )
        parser.add_argument("--name", default="", help="its name for people; as it was if left out")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        path = Path(options["path"])
        try:
            file = path.open("rb")
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        with file, said_plainly(), command_actor():
            made = import_organisation(file, slug=options["slug"], name=options["name"])
        if options["json"]:
            self.stdout.write(json.dumps({"slug": made.slug, "name": made.name}))
        else:
            self.stdout.write(f"Organisation '{made.slug}' is there ({made.name}).")
