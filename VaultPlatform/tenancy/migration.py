"""Bringing every database of the site to the state of the code: the control plane, the template, each organisation."""

import functools
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TextIO

from django.core.management.base import OutputWrapper
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from VaultPlatform.tenancy.context import Organisation, use
from VaultPlatform.tenancy.names import TEMPLATE
from VaultPlatform.tenancy.router import plane_of
from VaultPlatform.tenancy.storage import storage

#: Options of Django's `migrate` that ask for something else than the newest state of all apps.
_SPECIAL = (
    "app_label",
    "migration_name",
    "fake",
    "fake_initial",
    "plan",
    "run_syncdb",
    "check_unapplied",
    "prune",
)
_PLAIN: dict[str, Any] = {"interactive": False, "verbosity": 1, **dict.fromkeys(_SPECIAL)}


@dataclass(kw_only=True)
class Outcome:
    """What became of a run over many databases."""

    #: Name of each database that failed, with the reason.
    failed: dict[str, str] = field(default_factory=dict)
    #: Databases with unapplied migrations, when only asked to check.
    unapplied: list[str] = field(default_factory=list)


def migrate_everything(
    *,
    verbosity: int = 1,
    options: Mapping[str, Any] | None = None,
    stdout: TextIO | OutputWrapper | None = None,
) -> Outcome:
    """Migrate the control plane, the template and every organisation, one process at a time.

    Parameters: `verbosity`, as in Django; `options`, further options of Django's `migrate`; `stdout`, where progress
    goes. A database that fails is named in the outcome and the others go on; a control plane that fails raises.
    """
    run = _Run(options={**_PLAIN, **(options or {}), "verbosity": verbosity}, stdout=stdout)
    with storage().lock():
        storage().prepare_control()
        if run.concerns("control"):
            run.database("control", "control plane", quiet=False)
        if run.concerns("default"):
            _migrate_organisations(run, only=None)
    return run.outcome


def migrate_organisations(
    *, only: Organisation | None = None, verbosity: int = 1, stdout: TextIO | OutputWrapper | None = None
) -> Outcome:
    """Migrate the template and every organisation, or `only` one. The outcome names those that failed."""
    run = _Run(options={**_PLAIN, "verbosity": verbosity}, stdout=stdout)
    with storage().lock():
        _migrate_organisations(run, only=only)
    return run.outcome


def template_brought_up_to_date() -> None:
    """Migrate the template if the code has moved on. The caller holds the storage's lock."""
    _Run(options={**_PLAIN, "verbosity": 0}).template()


def is_migrated(loader: MigrationLoader, alias: str) -> bool:
    """Whether every migration of the code is recorded in the database; one query."""
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    return all(migration in applied for migration in loader.graph.nodes)


def _migrate_organisations(run: "_Run", *, only: Organisation | None) -> None:
    from VaultPlatform.tenancy.directory import list_organisations

    if only is None:
        with run.contained("template"):
            run.template()
    organisations = [only] if only else list_organisations()
    for number, organisation in enumerate(organisations, 1):
        label = f"organisation {organisation.slug} ({number}/{len(organisations)})"
        with run.contained(organisation.slug), use(organisation):
            run.database("default", label, quiet=True)


@functools.cache
def _migrations_of_the_code() -> MigrationLoader:
    """Read once: a running process does not change its code."""
    return MigrationLoader(None, ignore_no_migrations=True)


class _Run:
    """One run over many databases with the same options."""

    def __init__(self, *, options: dict[str, Any], stdout: TextIO | OutputWrapper | None = None) -> None:
        self.options = options
        self.stdout = stdout if isinstance(stdout, OutputWrapper) else OutputWrapper(stdout or sys.stdout)
        self.outcome = Outcome()
        self.loader = _migrations_of_the_code()
        self.special = any(options[name] for name in _SPECIAL)

    def concerns(self, alias: str) -> bool:
        """Whether the app that was asked for, if any, has its tables in `alias`."""
        label = self.options["app_label"]
        return not label or plane_of(label) == alias

    def template(self) -> None:
        with use(TEMPLATE):
            if not storage().exists(TEMPLATE):
                storage().create_empty(TEMPLATE)
            self.database("default", "template of new organisations", quiet=False)

    def database(self, alias: str, label: str, *, quiet: bool) -> None:
        """Migrate one database; `quiet` leaves Django's own account of it to verbosity 2 and above."""
        if not self.special and is_migrated(self.loader, alias):
            self.say(f"{label}: up to date")
            return
        self.say(f"{label}: migrating")
        verbosity = self.options["verbosity"] - (1 if quiet and not self.special else 0)
        command = DjangoMigrate()
        command.stdout = self.stdout
        try:
            command.handle(**{**self.options, "database": alias, "verbosity": max(verbosity, 0)})
        except SystemExit:
            self.outcome.unapplied.append(label)

    @contextmanager
    def contained(self, name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 whatever a migration raises, the others go on
            reason = f"{type(error).__name__}: {error}"
            self.outcome.failed[name] = reason
            self.say(f"{name}: FAILED, {reason}")

    def say(self, line: str) -> None:
        if self.options["verbosity"] > 0:
            self.stdout.write(line)
