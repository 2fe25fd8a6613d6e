"""`resume_org`: open an organisation that was suspended, or take its deletion back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from VaultPlatform.audit import command_actor
from VaultPlatform.tenancy import resume_organisation
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = "Opens an organisation that is suspended, or that is being deleted and in its grace period."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its name in the Org header")

    def handle(self, *_args: Any, **options: Any) -> None:
        with said_plainly(), command_actor():
            resume_organisation(options["slug"])
        self.stdout.write(f"Organisation '{options['slug']}' is active.")
