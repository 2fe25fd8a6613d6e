"""`export_org`: an organisation as one file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from VaultPlatform.audit import command_actor
from VaultPlatform.tenancy import find_organisation
from VaultPlatform.tenancy.archive import export_organisation
from VaultPlatform.tenancy.archive.files import whole_file
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = (
        "Writes an organisation into one file, for `import_org`: rows, contents of documents, audit trail. Members "
        "keep their passwords; sign-ins and keys of machines stay behind. The organisation goes on working meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its name in the Org header")
        parser.add_argument("path", help="the file to be made, which must not be there yet")
        parser.add_argument("--gzip", action="store_true", help="compress it")
        parser.add_argument(
            "--without-unknown-tables",
            action="store_true",
            help="leave tables out that no plugin which is on stands for, instead of refusing",
        )
        parser.add_argument("--json", action="store_true", help="print what was exported as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        path = Path(options["path"])
        with said_plainly(), command_actor():
            organisation = find_organisation(options["slug"])
            try:
                with whole_file(path) as file:
                    export = export_organisation(
                        organisation,
                        compressed=options["gzip"],
                        without_unknown=options["without_unknown_tables"],
                    )
                    try:
                        file.writelines(export)
                    finally:
                        export.close()
            except OSError as error:
                raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        rows = sum(table.rows for table in export.manifest.tables.values())
        told = {
            "path": str(path),
            "rows": rows,
            "blobs": export.manifest.blobs.count,
            "left_out": export.manifest.left_out,
        }
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2))
            return
        self.stdout.write(
            f"Organisation '{organisation.slug}' is in {path}: {rows} rows, {told['blobs']} contents."
        )
