"""Bringing every database of the site to the state of the code: the control plane, the template, each organisation."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO

from django.core.management.base import OutputWrapper
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from VaultPlatform.tenancy.context import Organisation, use
from VaultPlatform.tenancy.migration_outcome import Outcome, PluginFailure, in_one_line, keep_failures
from VaultPlatform.tenancy.migration_steps import Step, plugin_labels, run_step, steps_waiting
from VaultPlatform.tenancy.names import CONTROL_PLANE, TEMPLATE
from VaultPlatform.tenancy.router import plane_of
from VaultPlatform.tenancy.storage import storage

__all__ = ["Outcome", "migrate_everything", "migrate_organisations", "template_brought_up_to_date"]

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


def migrate_everything(
    *,
    verbosity: int = 1,
    options: Mapping[str, Any] | None = None,
    stdout: TextIO | OutputWrapper | None = None,
) -> Outcome:
    """Migrate the control plane, the template and every organisation, one process at a time.

    Parameters: `verbosity`, as in Django; `options`, further options of Django's `migrate`; `stdout`, where progress
    goes. The outcome names databases that failed, the others go on (none without the control plane), and plugins that
    failed in a database, of which nothing is left there where it can be rolled back. Raises DatabaseError when the
    server does not answer.
    """
    run = _Run(options={**_PLAIN, **(options or {}), "verbosity": verbosity}, stdout=stdout)
    with storage().lock():
        storage().prepare_control()
        if run.concerns("control"):
            with run.contained(CONTROL_PLANE):
                run.database("control", CONTROL_PLANE, CONTROL_PLANE, quiet=False)
        if run.concerns("default") and not run.outcome.failed:
            _migrate_organisations(run, only=None)
    return run.outcome


def migrate_organisations(
    *, only: Organisation | None = None, verbosity: int = 1, stdout: TextIO | OutputWrapper | None = None
) -> Outcome:
    """Migrate the template and every organisation, or `only` one. The outcome names what failed."""
    run = _Run(options={**_PLAIN, "verbosity": verbosity}, stdout=stdout)
    with storage().lock():
        _migrate_organisations(run, only=only)
    return run.outcome


def template_brought_up_to_date() -> None:
    """Migrate the template if the code has moved on. The caller holds the storage's lock.

    Raises what the core's migrations raise; a plugin's that fail are passed over.
    """
    _Run(options={**_PLAIN, "verbosity": 0}).template()


def _migrate_organisations(run: "_Run", *, only: Organisation | None) -> None:
    from VaultPlatform.tenancy.directory import list_organisations

    if only is None:
        with run.contained(TEMPLATE.key):
            run.template()
        if not run.special:
            keep_failures(run.outcome.failed_in(TEMPLATE.key))
    organisations = [only] if only else list_organisations()
    for number, organisation in enumerate(organisations, 1):
        label = f"organisation {organisation.slug} ({number}/{len(organisations)})"
        with run.contained(organisation.slug), use(organisation):
            run.database("default", organisation.slug, label, quiet=True)


class _Run:
    """One run over many databases with the same options."""

    def __init__(self, *, options: dict[str, Any], stdout: TextIO | OutputWrapper | None = None) -> None:
        self.options = options
        self.stdout = stdout if isinstance(stdout, OutputWrapper) else OutputWrapper(stdout or sys.stdout)
        self.outcome = Outcome()
        self.special = any(options[name] for name in _SPECIAL)

    def concerns(self, alias: str) -> bool:
        """Whether the app that was asked for, if any, has its tables in `alias`."""
        label = self.options["app_label"]
        return not label or plane_of(label) == alias

    def template(self) -> None:
        with use(TEMPLATE):
            if not storage().exists(TEMPLATE):
                storage().create_empty(TEMPLATE)
            self.database("default", TEMPLATE.key, "template of new organisations", quiet=False)

    def database(self, alias: str, name: str, label: str, *, quiet: bool) -> None:
        """Migrate one database; `quiet` leaves the account of each migration to verbosity 2 and above.

        Parameters: `name` and `label`, what it is called in the outcome and in the progress.
        """
        command = DjangoMigrate()
        command.stdout = self.stdout
        command.verbosity = max(self.options["verbosity"] - (1 if quiet and not self.special else 0), 0)
        if self.special:
            self._as_django_does(command, alias, label)
        elif waiting := steps_waiting(alias):
            self.say(f"{label}: migrating")
            for step in waiting:
                self._step(step, alias, name, command)
        else:
            self.say(f"{label}: up to date")

    def _as_django_does(self, command: DjangoMigrate, alias: str, label: str) -> None:
        self.say(f"{label}: migrating")
        try:
            command.handle(**{**self.options, "database": alias, "verbosity": command.verbosity})
        except SystemExit:
            self.outcome.unapplied.append(label)

    def _step(self, step: Step, alias: str, name: str, command: DjangoMigrate) -> None:
        """Run a step; a plugin's failure is noted, the core's raised."""
        if step.plugin is None:
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
                self.say("")  # Django's "Applying …" has not ended its line
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
        told = {"verbosity": command.verbosity, "stdout": self.stdout}
        run_step(step, alias, progress=command.migration_progress_callback, **told)

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
            self.stdout.write(line)


def _discard_connection(alias: str) -> None:
    """Have the next use of `alias` connect anew: a migration may have left the connection in any state."""
    connections[alias].close()
    del connections[alias]
