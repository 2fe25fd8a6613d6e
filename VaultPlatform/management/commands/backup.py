"""`backup`: the whole site as one file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from VaultPlatform.audit import command_actor
from VaultPlatform.tenancy.backup import write_backup
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = (
        "Writes the whole site into one file, for `restore`: all databases, contents, files, keys and settings. The "
        "site goes on working. The file opens the site to whoever has it: keep it like the site itself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", help="the file to be made, which must not be there yet")
        parser.add_argument("--json", action="store_true", help="print what was saved as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        path = Path(options["path"])
        say = self.stderr.write if options["verbosity"] else (lambda _: None)
        with said_plainly(), command_actor():
            try:
                manifest = write_backup(path, progress=say)
            except OSError as error:
                raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from error
        told = {
            "path": str(path),
            "bytes": path.stat().st_size,
            "organisations": len(manifest.organisations),
            "blobs": sum(each.blobs for each in manifest.organisations),
            "damaged": manifest.damaged,
        }
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2))
        else:
            self.stdout.write(
                f"The site is in {path}: {told['organisations']} organisations, {told['blobs']} contents."
            )
        if manifest.damaged:
            named = ", ".join(f"{slug} {digest}" for slug, digest in manifest.damaged[:10])
            raise CommandError(
                f"{len(manifest.damaged)} contents are missing or damaged in the storage, and so in the backup, which"
                f" has everything else: {named}. Look for them in older backups."
            )
