"""Which tables there are in the current organisation, what each is like, and which of them are an app's own."""

import inspect
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.migrations import AlterModelTable, CreateModel, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

from VaultPlatform.host.system_checks import table_of
from VaultPlatform.tenancy.databases import CONTROL_SCHEMA
from VaultPlatform.tenancy.migration_steps import Step

_SQLITE = (
    """SELECT m.name, 'column', p.name, p.type, p."notnull", p.dflt_value, p.pk
        FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'""",
    """SELECT tbl_name, type, name, sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL""",
)
#: Of a foreign key the name alone is compared: it names a table that another plugin may rename.
_POSTGRESQL = (
    """SELECT {name}, 'column', a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a {of} LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE {here} AND c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped""",
    """SELECT {name}, 'constraint', k.conname::text,
            CASE k.contype WHEN 'f' THEN '' ELSE pg_get_constraintdef(k.oid) END
        FROM pg_constraint k {of} WHERE {here} AND c.oid = k.conrelid""",
    """SELECT {name}, 'index', pg_get_indexdef(i.indexrelid) FROM pg_index i {of}
        WHERE {here} AND c.oid = i.indrelid""",
    """SELECT {name}, 'trigger', pg_get_triggerdef(t.oid), t.tgenabled::text FROM pg_trigger t {of}
        WHERE {here} AND c.oid = t.tgrelid AND NOT t.tgisinternal""",
)
_PARTS = {
    "name": "CASE n.nspname WHEN %(control)s THEN 'control.' || c.relname ELSE c.relname::text END",
    "of": "CROSS JOIN pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace",
    "here": "n.nspname IN (current_schema(), %(control)s) AND c.relkind IN ('r', 'p', 'v', 'm')",
}


def tables_here() -> dict[str, frozenset[Any]]:
    """Table -> its columns, constraints, indexes and triggers; on PostgreSQL, those of the control plane, too."""
    found: dict[str, set[Any]] = {}
    with connections["default"].cursor() as cursor:
        if cursor.db.vendor == "sqlite":
            queries: list[tuple[str, dict[str, str] | None]] = [(query, None) for query in _SQLITE]
        else:
            queries = [(query.format(**_PARTS), {"control": CONTROL_SCHEMA}) for query in _POSTGRESQL]
        for query, given in queries:
            cursor.execute(query, given)
            for table, *what in cursor.fetchall():
                found.setdefault(table, set()).add(tuple(what))
    return {table: frozenset(what) for table, what in found.items()}


class Tables:
    """Those that migrations of an app may touch: of its models, by its label, or that it has made by SQL."""

    def __init__(self, step: Step) -> None:
        labels = {label.casefold() for label in step.labels}
        migrations = [migration for migration in step.migrations() if migration.app_label in step.labels]
        operations = [each for migration in migrations for each in _all(migration.operations)]
        named = {each.options.get("db_table") for each in operations if isinstance(each, CreateModel)}
        named |= {each.table for each in operations if isinstance(each, AlterModelTable)}
        tables = {table_of(name) for name in named if name}
        self._own = tables
        self._beginnings = tuple(f"{name}_" for name in (*labels, *tables))
        self._others = {
            table_of(model._meta.db_table)
            for model in apps.get_models(include_auto_created=True)
            if model._meta.app_label not in step.labels
        }
        waiting = {migration.name for migration in step.migrations_waiting("default")}
        self._sources = [
            inspect.getsource(inspect.getmodule(type(each)) or type(each)).casefold()
            for each in migrations
            if each.name not in waiting
        ]

    def owns(self, table: str) -> bool:
        """Whether a migration may change it. What nobody's model has is its own if an older migration names it."""
        name = table.casefold()
        if name in self._others or name.startswith("django_"):
            return False
        if name in self._own or name.startswith(self._beginnings):
            return True
        return any(name in source for source in self._sources)


def _all(operations: Iterable[Operation]) -> Iterator[Operation]:
    for operation in operations:
        yield operation
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _all([*operation.database_operations, *operation.state_operations])
