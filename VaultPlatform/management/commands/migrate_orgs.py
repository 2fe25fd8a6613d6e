"""`migrate_orgs`: migrations of the organisations alone, all or one."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from VaultPlatform.tenancy import Organisation, get_organisation, migrate_organisations
from VaultPlatform.tenancy.migration import DEFAULT_JOBS
from VaultPlatform.tenancy.migration_outcome import Outcome
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = (
        "Brings every organisation, or one, to the state of the code. "
        "One that fails, or a plugin that does, stops no other."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--org", metavar="SLUG", help="migrate this organisation only")
        parser.add_argument(
            "--jobs",
            type=int,
            default=DEFAULT_JOBS,
            metavar="N",
            help="organisations at a time, each with two connections",
        )
        parser.add_argument("--json", action="store_true", help="print JSON; progress goes to standard error")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["jobs"] < 1:
            raise CommandError("--jobs is how many organisations are migrated at a time: 1 or more.")
        only = None if options["org"] is None else _organisation(options["org"])
        progress = self.stderr if options["json"] else self.stdout
        with said_plainly():
            outcome = migrate_organisations(
                only=only, verbosity=options["verbosity"], stdout=progress, jobs=options["jobs"]
            )
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(outcome), indent=2))
        if complaint := outcome.complaint():
            raise CommandError(complaint)


def _organisation(slug: str) -> Organisation:
    with said_plainly():
        found = get_organisation(slug)
    if found is None:
        raise CommandError(f"There is no organisation '{slug}'; `list_orgs` shows those there are.")
    return found


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "organisations": outcome.organisations,
        "failed": outcome.failed,
        "plugins": [asdict(failure) for failure in outcome.plugins],
    }
