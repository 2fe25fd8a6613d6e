"""`list_orgs`: the organisations of the site."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from VaultPlatform.tenancy import list_organisations
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = "Lists the organisations: slug, status, name."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print JSON, with the names of their databases"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        with said_plainly():
            organisations = list_organisations()
        if options["json"]:
            self.stdout.write(
                json.dumps([asdict(organisation) for organisation in organisations], indent=2, default=str)
            )
            return
        for organisation in organisations:
            self.stdout.write(f"{organisation.slug}\t{organisation.status}\t{organisation.name}")
