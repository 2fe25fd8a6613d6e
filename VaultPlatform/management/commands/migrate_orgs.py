"""`migrate_orgs`: migrations of the organisations alone, all or one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from VaultPlatform.tenancy import get_organisation, migrate_organisations
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = (
        "Brings every organisation, or one, to the state of the code. "
        "One that fails, or a plugin that does, stops no other."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--org", metavar="SLUG", help="migrate this organisation only")

    def handle(self, *_args: Any, **options: Any) -> None:
        only = None
        if options["org"] is not None:
            with said_plainly():
                only = get_organisation(options["org"])
            if only is None:
                raise CommandError(
                    f"There is no organisation '{options['org']}'; `list_orgs` shows those there are."
                )
        with said_plainly():
            outcome = migrate_organisations(only=only, verbosity=options["verbosity"], stdout=self.stdout)
        if complaint := outcome.complaint():
            raise CommandError(complaint)
