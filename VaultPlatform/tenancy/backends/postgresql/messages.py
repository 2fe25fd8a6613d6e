"""Whole messages to the server: the core's own statements, whose values and answers are text.

They go past psycopg's cursors, which convert values by their types and look after every answer; for a statement that
calls one function with one value, that takes longer than all else that is done for it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg import generators
from psycopg.errors import error_from_result
from psycopg.pq import Escaping, ExecStatus

if TYPE_CHECKING:
    from VaultPlatform.tenancy.backends.postgresql.schema import SchemaWrapper

Row = tuple[str | None, ...]


class Sent(NamedTuple):
    """A message, under the name under which Django's log of statements asks psycopg's cursors for it."""

    query: bytes


class MessageCursor:
    """One message; as much of a cursor as Django wraps. See `DatabaseWrapper.exchange`."""

    def __init__(self, wrapper: "SchemaWrapper", schema: str) -> None:
        """For statements in the quoted `schema`; nothing is sent yet."""
        self._wrapper, self._schema = wrapper, schema
        self._results: Sequence[Any] = ()
        self._query: Sent | None = None

    def execute(self, text: str, values: Sequence[str | None] = ()) -> None:
        """Send it, and wait for the answer. Raises what psycopg's cursors do."""
        wrapper = self._wrapper
        opening = wrapper.preamble(self._schema, text)
        connection = wrapper.connection
        pgconn = connection.pgconn
        if values:
            literal = Escaping(pgconn).escape_literal
            literals = [
                "NULL" if value is None else bytes(literal(value.encode())).decode() for value in values
            ]
            text %= tuple(literals)
        self._query = Sent(";".join((*opening, text)).encode())
        with connection.lock:
            pgconn.send_query(self._query.query)
            results = connection.wait(generators.execute(pgconn))
        if results[-1].status == ExecStatus.FATAL_ERROR:
            raise error_from_result(results[-1])
        self._results = results[len(opening) :]

    def rows(self, number: int) -> list[Row]:
        """What the statement of that number, from 0, returned."""
        result = self._results[number]
        return [
            tuple(
                None if (value := result.get_value(row, column)) is None else value.decode()
                for column in range(result.nfields)
            )
            for row in range(result.ntuples)
        ]
