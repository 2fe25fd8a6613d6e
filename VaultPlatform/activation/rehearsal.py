"""Migrations that are run to see whether they would, in transactions that are rolled back: nothing is changed by it.

They are tried in the template, and in each organisation that has tables of the plugin: there rows may be in the way. In
none of them may a migration touch a table that is not the plugin's, nor rows of one.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connections, transaction

from VaultPlatform.activation.tables import Tables, tables_here
from VaultPlatform.tenancy import list_organisations, use
from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.databases import CONTROL_SCHEMA
from VaultPlatform.tenancy.migration_outcome import in_one_line
from VaultPlatform.tenancy.migration_steps import Step, run_step, steps_waiting
from VaultPlatform.tenancy.names import TEMPLATE
from VaultPlatform.tenancy.storage import storage


@dataclass(kw_only=True)
class Rehearsal:
    """What came of it."""

    #: Plugin, database, and why its migrations would fail there.
    failed: list[list[str]] = field(default_factory=list)
    #: Plugin -> why its migrations are refused, though they would run.
    refused: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class _ForeignTable(Exception):
    """A migration changes a table that is not the plugin's, or writes its rows."""


#: A statement, or a part of one, that writes rows; and the table.
_WRITES = re.compile(
    r"""\b(?:(?:insert\s+(?:or\s+\w+\s+)?|replace\s+|merge\s+)into|update(?:\s+or\s+\w+)?|delete\s+from
    |truncate(?:\s+table)?)\s+(?:only\s+)?((?:(?:"[^"]+"|\w+)\s*\.\s*)?(?:"[^"]+"|\w+))""",
    re.IGNORECASE | re.VERBOSE,
)
#: Django's own, which it writes while it migrates.
_OF_MIGRATING = frozenset({"django_migrations", "django_content_type"})


def rehearse(labels: Collection[str], organisations: Collection[str]) -> Rehearsal:
    """Try what waits for the apps `labels` in the template, and in the organisations with these keys.

    On a site that has never been migrated there is nothing that it could be tried on, nor anything to lose.
    """
    found = Rehearsal()
    if not storage().exists(TEMPLATE):
        return found
    with storage().lock(for_long=True):
        for organisation in (TEMPLATE, *list_organisations()):
            if organisation.key not in {TEMPLATE.key, *organisations}:
                continue
            with use(organisation):
                if storage().exists(organisation):
                    _in_organisation(organisation, labels, found)
                connections["default"].close()
            if found.failed or found.refused:
                break
    return found


def _in_organisation(organisation: Organisation, labels: Collection[str], found: Rehearsal) -> None:
    connection = connections["default"]
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        connection.disable_constraint_checking()  # its schema editor asks for that, and cannot in a transaction
    waiting = steps_waiting("default")
    concerned = {
        label for step in waiting if step.labels & {*labels} for label in (*step.labels, *step.needs)
    }
    try:
        with transaction.atomic(using="default"):
            for step in waiting:
                if step.plugin is not None and not step.labels & concerned:
                    continue
                if apart := _not_atomic(step):
                    found.notes += _untried(step, apart, known=found.notes)
                    break
                if not _tried(step, organisation, found):
                    break
            transaction.set_rollback(True, using="default")
    finally:
        ContentType.objects.clear_cache()


def _tried(step: Step, organisation: Organisation, found: Rehearsal) -> bool:
    """Whether the step would succeed; if not, it is noted."""
    name, watch = step.plugin or "the core", _Watch(step)
    try:
        with transaction.atomic(using="default"), connections["default"].execute_wrapper(watch.see):
            run_step(step, "default", progress=watch, verbosity=0)
    except _ForeignTable as error:
        found.refused[name] = str(error)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever a plugin's migration raises
        if step.plugin is not None:
            found.failed.append([name, organisation.slug, in_one_line(error)])
        else:  # `migrate` says it, and goes on with the other databases
            found.notes.append(f"Migrations could not be tried in {organisation.slug}: {in_one_line(error)}")
    else:
        return True
    return False


def _not_atomic(step: Step) -> list[str]:
    return [migration.name for migration in step.migrations_waiting("default") if not migration.atomic]


def _untried(step: Step, names: list[str], *, known: list[str]) -> list[str]:
    note = (
        f"The migration {names[0]} of {step.plugin or 'the core'} is not atomic, so it could not be tried before it"
        " was run: had it failed half-way, its tables would have stayed as it left them."
    )
    return [] if note in known else [note]


class _Watch:
    """Django's progress callback: looks at the tables around each migration, and at what it writes into them."""

    def __init__(self, step: Step) -> None:
        self._own = Tables(step) if step.plugin is not None else None
        self._before: dict[str, Any] = {}
        self._written: set[str] = set()

    def see(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  # Django's signature
        """Note which tables a statement writes to."""
        for table in _WRITES.findall(str(sql)):
            self._written.add(re.sub(r'"|\s', "", table))
        return execute(sql, params, many, context)

    def __call__(self, action: str, migration: Any = None, _fake: bool = False) -> None:  # noqa: FBT001, FBT002  # Django's signature
        if self._own is None or action not in ("apply_start", "apply_success"):
            return
        if action == "apply_start":
            self._before = self._before or tables_here()
            self._written.clear()
            return
        connection = connections["default"]
        if connection.vendor == "postgresql":
            connection.check_constraints()  # as a commit between two migrations would
        before, self._before = self._before, tables_here()
        for table, was in before.items():
            if self._own.owns(table):
                continue
            if self._before.get(table) != was:
                raise _ForeignTable(
                    _foreign(migration, "changes" if table in self._before else "drops", table)
                )
            if self._writes(table):
                raise _ForeignTable(_foreign(migration, "writes into", table))

    def _writes(self, table: str) -> bool:
        names = {table.casefold(), f"main.{table}".casefold(), f"{CONTROL_SCHEMA}.{table}".casefold()}
        return table not in _OF_MIGRATING and any(name.casefold() in names for name in self._written)


def _foreign(migration: Any, does: str, table: str) -> str:
    return f'migration {migration.name} {does} the table "{table}", which is not this plugin\'s'
