"""The cursor that confines each statement to one schema.

Outside a transaction the message is ``SET LOCAL search_path TO "schema";<statement>``. The server takes such a message
as one transaction, so the setting ends with the statement, whatever connection or pooler carried it. The first
statement of a transaction travels as ``BEGIN;SET LOCAL …;<statement>``, the others as they are.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import ref

import psycopg
from django.db.backends.postgresql.base import CursorMixin

from VaultPlatform.tenancy.exceptions import StatementRefused

if TYPE_CHECKING:
    from VaultPlatform.tenancy.backends.postgresql.schema import SchemaWrapper

_IN_ATOMIC = "Put it inside `with transaction.atomic(): …`."


class SchemaCursor(CursorMixin, psycopg.ClientCursor[Any]):
    """Binds on the client. Every cursor of a SchemaWrapper's connection is one, also those opened past Django."""

    def __init__(self, wrapper: "ref[SchemaWrapper]", connection: Any, *, row_factory: Any = None) -> None:
        super().__init__(connection, row_factory=row_factory)
        self._wrapper = wrapper
        self._opened_for = self.wrapper.cursor_owner()

    @property
    def wrapper(self) -> "SchemaWrapper":
        wrapper = self._wrapper()
        if wrapper is None:
            raise psycopg.InterfaceError("the connection that this cursor belongs to is gone")
        return wrapper

    def execute(self, query: Any, params: Any = None, **options: Any) -> "SchemaCursor":
        wrapper, written = self.wrapper, self._as_written(query)
        wrapper.check_statement(written)
        opening = wrapper.preamble(wrapper.schema_for(self._opened_for), written)
        if not opening:
            return super().execute(query, params, **options)
        statement = self.mogrify(query, params)
        try:
            super().execute(";".join((*opening, statement)))
        except psycopg.errors.ActiveSqlTransaction:
            if wrapper.in_transaction:
                raise
            return self._execute_alone(statement)
        for _ in opening:
            self.nextset()
        return self

    def send(self, query: Any, params: Any = None) -> bool:
        """Have the server run a statement, outside of any transaction, without waiting for the end of it.

        Returns whether it was sent; it is not inside a transaction. How it ends is logged, when it is read: before the
        connection is used again. Whoever needs it to come through has to look.
        """
        schema = self.wrapper.schema_for(self._opened_for)
        self.wrapper.check_statement(self._as_written(query))
        if self.wrapper.in_transaction or not self.wrapper.is_idle():
            return False
        self.wrapper.send(";".join((*self.wrapper.opening(schema), self.mogrify(query, params))))
        return True

    def executemany(self, query: Any, params_seq: Iterable[Any], *, returning: bool = False) -> None:
        with self._transaction(self._as_written(query)):
            super().executemany(query, params_seq, returning=returning)

    @contextmanager
    def copy(self, statement: Any, params: Any = None, **options: Any) -> Iterator[psycopg.Copy]:
        self._open_transaction("cursor.copy()", self._as_written(statement))
        with super().copy(statement, params, **options) as copy:
            yield copy

    def stream(self, query: Any, params: Any = None, **options: Any) -> Iterator[Any]:
        self._open_transaction("cursor.stream()", self._as_written(query))
        return super().stream(query, params, **options)

    def _as_written(self, query: Any) -> str:
        if isinstance(query, str):
            return query
        return query.decode(errors="replace") if isinstance(query, bytes) else str(query.as_string(self))

    def _open_transaction(self, what: str, written: str) -> None:
        """Begin the transaction that Django believes to be open, for a call that cannot carry the opening itself."""
        schema = self.wrapper.schema_for(self._opened_for)
        opening: list[str] = []
        if self.wrapper.is_idle():
            if not self.wrapper.in_transaction:
                raise StatementRefused(what=what, advice=_IN_ATOMIC)
            opening = self.wrapper.opening(schema)
        if opening := opening + self.wrapper.limiting(written):
            super().execute(";".join(opening))

    @contextmanager
    def _transaction(self, written: str) -> Iterator[None]:
        """A transaction around the block: Django's where there is one, else one of its own."""
        schema, idle = self.wrapper.schema_for(self._opened_for), self.wrapper.is_idle()
        opening = self.wrapper.opening(schema, begin=True) if idle else []
        if opening := opening + self.wrapper.limiting(written):
            super().execute(";".join(opening))
        own = idle and not self.wrapper.in_transaction
        try:
            yield
        except BaseException:
            if own:
                self.connection.rollback()
            raise
        if own:
            self.connection.commit()

    def _execute_alone(self, statement: str) -> "SchemaCursor":
        """Run what PostgreSQL runs in no transaction (VACUUM, CREATE INDEX CONCURRENTLY…) with a session-wide setting.

        Right on a session of our own, where the setting is taken back at once. A transaction-pooling proxy may run the
        statement elsewhere and would lend the setting to strangers, so `pooled` connections refuse.
        """
        if self.wrapper.pooled:
            raise StatementRefused(
                what="A statement that PostgreSQL runs outside of any transaction",
                advice="Run it through a connection that goes to the server itself, without the pooling proxy.",
            )
        session, schema = psycopg.ClientCursor(self.connection), self.wrapper.schema_for(self._opened_for)
        session.execute(f"SET search_path TO {schema}")
        try:
            return super().execute(statement)
        finally:
            session.execute("RESET search_path")
