"""One run of migrations over many databases: what it does in each, says of each, and notes."""

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any, TextIO

from django.core.management.base import OutputWrapper
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from VaultPlatform.tenancy.context import Organisation, current, use
from VaultPlatform.tenancy.fingerprint import UNKNOWN, code_fingerprint
from VaultPlatform.tenancy.migration_outcome import MIGRATED, UP_TO_DATE, Outcome, PluginFailure, in_one_line
from VaultPlatform.tenancy.migration_steps import Step, plugin_labels, run_step, steps_waiting
from VaultPlatform.tenancy.names import TEMPLATE, TEMPLATE_KEY
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
PLAIN: dict[str, Any] = {"interactive": False, "verbosity": 1, **dict.fromkeys(_SPECIAL)}


def template_name(database: str) -> str:
    """What the template is called in the outcome. Parameters: `database`, as in `Run.template`."""
    return f"{TEMPLATE.key} in {database}" if database else TEMPLATE.key


def note_schema(organisation: Organisation, schema: str) -> None:
    """Write into the organisation's row which state of the code its database fits, if it says something else.

    Parameters: `schema`, a fingerprint, or UNKNOWN to have it answer 503. The template has no row.
    """
    from VaultPlatform.tenancy.directory import forget
    from VaultPlatform.tenancy.service import organisation_service

    if organisation.key == TEMPLATE_KEY:
        return
    row = organisation_service.get(key=organisation.key)
    if row is not None and row.schema != schema:
        organisation_service.update(row, schema=schema)
        forget(organisation.slug)


def note_schema_as_found() -> None:
    """The same for the current organisation, after a look at its database."""
    behind = any(step.plugin is None for step in steps_waiting("default"))
    note_schema(current(), UNKNOWN if behind else code_fingerprint())


@contextmanager
def _served_again() -> Iterator[None]:
    """The current organisation answers 503 from here on, and requests once the block has ended well."""
    note_schema(current(), UNKNOWN)
    yield
    note_schema(current(), code_fingerprint())


class Run:
    """One run over many databases with the same options."""

    def __init__(self, *, options: dict[str, Any], stdout: TextIO | OutputWrapper | None = None) -> None:
        self.options = options
        self.stdout = stdout if isinstance(stdout, OutputWrapper) else OutputWrapper(stdout or sys.stdout)
        self.outcome = Outcome()
        self.special = any(options[name] for name in _SPECIAL)
        self._saying = threading.Lock()

    def concerns(self, alias: str) -> bool:
        """Whether the app that was asked for, if any, has its tables in `alias`."""
        label = self.options["app_label"]
        return not label or plane_of(label) == alias

    def template(self, database: str) -> None:
        """Migrate the template, the one of a database of an organisation's own if its label is given."""
        if database and connections["default"].vendor == "sqlite":
            return  # a file can be copied anywhere
        template = replace(TEMPLATE, database=database)
        with use(template):
            if not storage().exists(template):
                storage().create_empty(template)
            where = f" in the database {database}" if database else ""
            name = template_name(database)
            self.database("default", name, f"template of new organisations{where}", quiet=False)

    def organisation(self, organisation: Organisation, label: str) -> None:
        """Migrate one organisation, and note in its row what state its database is in: it is served by that."""
        with use(organisation):
            if self.special:
                self.database("default", organisation.slug, label, quiet=True)
                if not (self.options["plan"] or self.options["check_unapplied"]):
                    note_schema_as_found()
                return
            done = self.database("default", organisation.slug, label, quiet=True)
            note_schema(organisation, code_fingerprint())
        self.outcome.organisations[organisation.slug] = MIGRATED if done else UP_TO_DATE

    def database(self, alias: str, name: str, label: str, *, quiet: bool) -> bool:
        """Migrate one database; `quiet` leaves the account of each migration to verbosity 2 and above.

        Parameters: `name` and `label`, what it is called in the outcome and in the progress. Returns whether there was
        something to do.
        """
        command = DjangoMigrate()
        command.stdout = self.stdout
        command.verbosity = max(self.options["verbosity"] - (1 if quiet and not self.special else 0), 0)
        if self.special:
            self._as_django_does(command, alias, label)
            return True
        waiting = steps_waiting(alias)
        if not waiting:
            self.say(f"{label}: up to date")
            return False
        self.say(f"{label}: migrating")
        with self._account(command) if quiet else nullcontext():
            for step in waiting:
                self._step(step, alias, name, command)
        self.say(f"{label}: migrated")
        return True

    def _as_django_does(self, command: DjangoMigrate, alias: str, label: str) -> None:
        self.say(f"{label}: migrating")
        try:
            command.handle(**{**self.options, "database": alias, "verbosity": command.verbosity})
        except SystemExit:
            self.outcome.unapplied.append(label)

    def _step(self, step: Step, alias: str, name: str, command: DjangoMigrate) -> None:
        """Run a step; a plugin's failure is noted, the core's raised."""
        if step.plugin is None:
            with _served_again() if alias == "default" else nullcontext():
                self._run_step(step, alias, command)
            return
        if step.plugin in self.outcome.failed_in(TEMPLATE.key):
            self.say(f"{name}: plugin {step.plugin} not tried, since it failed in the template")
            return
        reason = self._why_not(step, name)
        try:
            if reason is None:
                self._run_step(step, alias, command)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever a plugin's migration raises
            reason = in_one_line(error)
            _discard_connection(alias)
            if command.verbosity > 0:
                command.stdout.write("")  # Django's "Applying …" has not ended its line
        if reason is not None:
            self.outcome.plugins.append(PluginFailure(plugin=step.plugin, database=name, reason=reason))
            self.say(f"{name}: plugin {step.plugin} FAILED, {reason}")

    def _why_not(self, step: Step, name: str) -> str | None:
        """Why the plugin's step need not be tried in the database `name`; None when it is to be."""
        failed = self.outcome.failed_in(name)
        needed = [plugin for label, plugin in plugin_labels().items() if label in step.needs]
        missing = sorted(plugin for plugin in needed if plugin in failed)
        return f"it needs the migrations of plugin {missing[0]}, which failed" if missing else None

    def _run_step(self, step: Step, alias: str, command: DjangoMigrate) -> None:
        told = {"verbosity": command.verbosity, "stdout": command.stdout}
        run_step(step, alias, progress=command.migration_progress_callback, **told)

    @contextmanager
    def _account(self, command: DjangoMigrate) -> Iterator[None]:
        """What the command tells of each migration, in one piece: other databases may be migrated at the same time."""
        told = OutputWrapper(io.StringIO())
        command.stdout = told
        try:
            yield
        finally:
            with self._saying:
                self.stdout.write(told.getvalue(), ending="")

    def say_waiting(self) -> None:
        """Tell that somebody else is at it."""
        self.say("Another process is migrating or making an organisation; waiting until it has ended.")

    @contextmanager
    def contained(self, name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 whatever a migration raises, the others go on
            reason = in_one_line(error)
            self.outcome.failed[name] = reason
            self.say(f"{name}: FAILED, {reason}")

    def say(self, line: str) -> None:
        if self.options["verbosity"] > 0:
            with self._saying:
                self.stdout.write(line)
                self.stdout.flush()


def _discard_connection(alias: str) -> None:
    """Have the next use of `alias` connect anew: a migration may have left the connection in any state."""
    connections[alias].close()
    del connections[alias]
