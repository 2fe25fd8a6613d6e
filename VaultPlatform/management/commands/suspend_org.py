"""`suspend_org`: close an organisation to its members."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from VaultPlatform.audit import command_actor
from VaultPlatform.tenancy import suspend_organisation
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = "Closes an organisation: its members are answered with 403 until `resume_org`. Nothing is removed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its name in the Org header")

    def handle(self, *_args: Any, **options: Any) -> None:
        with said_plainly(), command_actor():
            suspend_organisation(options["slug"])
        self.stdout.write(f"Organisation '{options['slug']}' is suspended.")
