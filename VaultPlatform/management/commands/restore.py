"""`restore`: a site from a file of `backup`."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from VaultPlatform.audit import command_actor
from VaultPlatform.serving.home import CannotStart, only_one_in
from VaultPlatform.tenancy.backup import restore_backup
from VaultPlatform.tenancy.backup.restoring import SETTINGS
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = (
        "Makes an empty site what a file of `backup` holds. The file is checked as a whole before anything is changed; "
        "a place that is not empty is refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", help="the file of `backup`")
        parser.add_argument("--json", action="store_true", help="print what was restored as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        path = Path(options["path"])
        say = self.stderr.write if options["verbosity"] else (lambda _: None)
        with said_plainly(), command_actor():
            try:
                with only_one_in(Path(settings.VAULT_HOME)):
                    manifest = restore_backup(path, progress=say)
            except CannotStart as error:
                raise CommandError(str(error)) from error
            except OSError as error:
                raise CommandError(f"{path} cannot be restored: {error.strerror or error}.") from error
        slugs = [each.slug for each in manifest.organisations]
        if options["json"]:
            self.stdout.write(
                json.dumps({"created_at": manifest.created_at, "organisations": slugs}, indent=2)
            )
            return
        self.stdout.write(
            f"The site of {manifest.created_at} is here: {len(slugs)} organisations. Its settings are in"
            f" {Path(settings.VAULT_HOME) / SETTINGS}; compare them with your own."
        )
