"""`migrate`: Django's command, for every database of the site instead of one."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate

from VaultPlatform.tenancy import current_or_none, migrate_everything
from VaultPlatform.tenancy.migration_run import note_schema_as_found
from VaultPlatform.tenancy.plainly import said_plainly
from VaultPlatform.tenancy.storage import storage


class Command(DjangoMigrate):
    """See `help`."""

    help = (
        "Brings the control plane, the template of new organisations and every organisation to the state of the code. "
        "A plugin whose migrations fail stops nothing else. "
        "With an app label, the databases that the app's tables are in. With --database control, that one only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=None)

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        # Checks that look into a database would need each of them to be there already.
        return {**super().get_check_kwargs(options), "databases": None}

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["database"] is None:
            self._everything(options)
        elif options["database"] == "default" and current_or_none() is None:
            raise CommandError(
                "--database default is the current organisation's database, and the command line has none: leave the"
                " option out to migrate all of them, or use `migrate_orgs --org SLUG`."
            )
        else:
            storage().prepare_control()
            super().handle(*_args, **options)
            if options["database"] == "default":
                note_schema_as_found()

    def _everything(self, options: dict[str, Any]) -> None:
        with said_plainly():
            outcome = migrate_everything(verbosity=options["verbosity"], options=options, stdout=self.stdout)
        if complaint := outcome.complaint():
            raise CommandError(complaint)
