"""`delete_org`: close an organisation and have it removed after the grace period, or remove it now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from VaultPlatform.audit import command_actor
from VaultPlatform.tenancy import delete_organisation, drop_organisation, find_organisation
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = (
        "Closes an organisation and removes it with all its data when the grace period is over; until then "
        "`resume_org` takes that back. With --now it is gone at once, and nothing brings it back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its name in the Org header")
        parser.add_argument("--now", action="store_true", help="remove it at once, for good")

    def handle(self, *_args: Any, **options: Any) -> None:
        slug = options["slug"]
        with said_plainly(), command_actor():
            if options["now"]:
                drop_organisation(find_organisation(slug))
                self.stdout.write(f"Organisation '{slug}' is gone.")
                return
            deleted = delete_organisation(slug)
        self.stdout.write(
            f"Organisation '{slug}' is closed, and removed after {deleted.delete_after:%Y-%m-%d %H:%M} UTC;"
            f" `resume_org {slug}` takes that back until then."
        )
