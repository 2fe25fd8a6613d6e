"""SQLite, one file an organisation: the wrapper swaps its raw connection for the current organisation's."""

import re
import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base, features

from VaultPlatform.tenancy.backends.binding import OrganisationBinding
from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.databases import sqlite_uri
from VaultPlatform.tenancy.exceptions import StorageMissing
from VaultPlatform.tenancy.names import file_of
from VaultPlatform.tenancy.own_databases import settings_of

#: Organisations whose files one thread keeps open; the one unused for longest is closed first.
MAX_OPEN = 16


#: Instructions of SQLite's machine after which it is looked whether a statement has run for too long; a part of a ms.
LOOK_AFTER = 10_000
_READS = re.compile(
    r"\s*(select|values|explain)\b|\s*with\b(?!.*\b(insert|update|delete|replace)\b)",
    re.IGNORECASE | re.DOTALL,
)


class OrganisationCursor(base.SQLiteCursorWrapper):
    """A cursor that refuses to run for another organisation than the one it was opened for."""

    guard: Callable[[str], object]

    def execute(self, query: str, params: Any = None) -> Any:
        self.guard(query)
        return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        self.guard(query)
        return super().executemany(query, param_list)


class DatabaseFeatures(features.DatabaseFeatures):
    """What Django would find out with a query, at times when there is no organisation."""

    supports_json_field = True  # in every SQLite that our Pythons come with


class DatabaseWrapper(OrganisationBinding, base.DatabaseWrapper):
    """NAME is the folder that holds the organisations' files."""

    features_class = DatabaseFeatures

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._open: OrderedDict[str, sqlite3.Connection] = OrderedDict()
        self._reads = False

    def bind(self, organisation: Organisation) -> None:
        if self.bound is None or self.bound.key != organisation.key:
            self.connection = self._open.get(organisation.key)
        if organisation.key in self._open:
            self._open.move_to_end(organisation.key)
        super().bind(organisation)

    def get_connection_params(self) -> dict[str, Any]:
        organisation = self.required_organisation()
        path = file_of(organisation, Path(settings_of(organisation, self.settings_dict)["NAME"]))
        if not path.exists():
            raise StorageMissing(organisation=organisation.slug, where=str(path))
        return {**super().get_connection_params(), "database": sqlite_uri(path)}

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        raw: sqlite3.Connection = super().get_new_connection(conn_params)
        raw.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)  # ATTACH could add another organisation's file
        raw.set_progress_handler(self._runs_for_too_long, LOOK_AFTER)
        self._open[self.required_organisation().key] = raw
        while len(self._open) > MAX_OPEN:
            _, longest_unused = self._open.popitem(last=False)
            longest_unused.close()
        return raw

    def _start_transaction_under_autocommit(self) -> None:
        super()._start_transaction_under_autocommit()  # type: ignore[misc]  # left out of the stubs
        self.changes_before = self.connection.total_changes

    def create_cursor(self, _name: str | None = None) -> OrganisationCursor:
        cursor: OrganisationCursor = self.connection.cursor(factory=OrganisationCursor)
        cursor.guard = partial(self._guard, self.required_organisation().key)
        return cursor

    def _guard(self, key: str, statement: str) -> None:
        self.check_cursor(key)
        self._reads = self.seconds_for(statement) is not None and bool(_READS.match(statement))

    def _runs_for_too_long(self) -> bool:
        """Asked by SQLite, which ends the statement if so: reads only, for with a write the transaction would end."""
        return self._reads and (left := self.time_left()) is not None and left <= 0

    def close(self) -> None:
        super().close()
        self._close_all()

    def _close(self) -> None:
        with self.wrap_database_errors:
            self._close_all()

    def _close_all(self) -> None:
        while self._open:
            self._open.popitem()[1].close()
