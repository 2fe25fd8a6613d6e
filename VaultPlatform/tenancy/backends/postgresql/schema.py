"""A PostgreSQL connection whose every statement is confined to a schema; which one, subclasses say."""

import logging
import select
from functools import partial
from typing import Any
from weakref import ref

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

from VaultPlatform.tenancy.backends.binding import TransactionAware
from VaultPlatform.tenancy.backends.postgresql.cursor import SchemaCursor
from VaultPlatform.tenancy.backends.postgresql.limiting import GIVE_BACK, limit

log = logging.getLogger(__name__)
#: Names that servers and Django have for the same zone.
_UTC = frozenset({"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu", "Etc/Zulu", "UCT", "Etc/UCT", "Universal"})


class SchemaWrapper(TransactionAware, base.DatabaseWrapper):
    """psycopg stays in autocommit; `BEGIN` travels with the first statement, so an empty `atomic()` sends nothing.

    A true `pooled` among the OPTIONS says that a transaction-pooling proxy stands before the server.
    """

    def cursor_owner(self) -> str | None:
        """What a cursor that is opened now belongs to."""
        return None

    def schema_for(self, _owner: str | None) -> str:
        """Quoted schema for a statement of a cursor that belongs to `_owner`. May refuse by raising a TenancyError."""
        raise NotImplementedError

    def seconds_for(self, _statement: str) -> float | None:
        """How long a statement may run; None if nobody limits it."""
        return None

    #: Whether the open transaction has, or may have, its statements limited.
    limited = False

    def check_statement(self, statement: str) -> None:
        """May refuse a statement, as it was written and without its values, by raising a TenancyError."""

    @property
    def pooled(self) -> bool:
        return bool(self.settings_dict["OPTIONS"].get("pooled"))

    def opening(self, schema: str, *, begin: bool | None = None) -> list[str]:
        """Statements that have to come before the first one; `begin` tells whether in a transaction of several."""
        statements = [f"SET LOCAL search_path TO {schema}"]
        if self._zone:
            statements.append(f"SET LOCAL TIME ZONE {self._zone}")
        if self.in_transaction if begin is None else begin:
            statements.insert(0, "BEGIN")
        return statements

    def preamble(self, schema: str, statement: str) -> list[str]:
        """What has to come before a statement, as written, in the same message. May refuse it by raising."""
        return [*(self.opening(schema) if self.is_idle() else ()), *self.limiting(statement)]

    def is_idle(self) -> bool:
        """Whether no transaction is open on the server."""
        self.settle()
        return bool(self.connection.pgconn.transaction_status == TransactionStatus.IDLE)

    def limiting(self, statement: str) -> list[str]:
        """What has to come before a statement so that it runs for as long as it may, and no longer."""
        status = self.connection.pgconn.transaction_status
        if status == TransactionStatus.IDLE:
            self.limited = False
        seconds = self.seconds_for(statement)
        if status == TransactionStatus.INERROR:
            return []
        if seconds is not None:
            self.limited = True
            return [limit(seconds)]
        if self.limited and not statement.startswith("ROLLBACK"):
            self.limited = False
            return [GIVE_BACK]
        return []

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        params.pop("pooled", None)
        return {**params, "autocommit": True, "cursor_factory": partial(SchemaCursor, ref(self))}

    def init_connection_state(self) -> None:
        theirs, ours = self.connection.info.parameter_status("TimeZone"), self.timezone_name
        same = theirs == ours or {theirs, ours} <= _UTC
        self._zone = None if same else psycopg.sql.Literal(ours).as_string(self.connection)
        super().init_connection_state()

    _zone: str | None = None

    def _configure_connection(self, _connection: Any) -> bool:
        return False  # the zone is in every opening: a session's setting does not survive a pooling proxy

    def ensure_timezone(self) -> bool:
        if self.connection is not None:
            self.init_connection_state()
        return False

    def _set_autocommit(self, _autocommit: bool) -> None:  # noqa: FBT001 Django's signature
        """Nothing to send: see `SchemaCursor`."""

    #: Whether something was sent whose answer is still to be read.
    _unread = False

    def send(self, message: str) -> None:
        """Send `message` to the idle server, without reading the answer. Raises what psycopg does."""
        pgconn = self.connection.pgconn
        pgconn.send_query(message.encode())
        self._unread = True
        while pgconn.flush():
            select.select([], [self.connection], [])

    def settle(self) -> None:
        """Read what is still to be read. That it failed is logged: whoever sent it did not want to wait for it."""
        if not self._unread or self.connection is None:
            return
        self._unread, pgconn = False, self.connection.pgconn
        try:
            while pgconn.is_busy():
                select.select([self.connection], [], [])
                pgconn.consume_input()
            while (result := pgconn.get_result()) is not None:
                if result.status == ExecStatus.FATAL_ERROR:
                    log.warning("a statement failed that nobody waited for: %s", result.get_error_message())
        except psycopg.Error as error:
            log.warning("a statement failed that nobody waited for: %s", error)

    def ensure_connection(self) -> None:
        self.settle()
        super().ensure_connection()

    def close(self) -> None:
        self._unread = False
        super().close()

    def chunked_cursor(self) -> Any:
        return self.cursor()

    def is_usable(self) -> bool:
        """Whether the server is still there, without a round trip: an idle server only speaks to say good-bye."""
        self.settle()
        if self.connection is None or self.connection.pgconn.status != ConnStatus.OK:
            return False
        poller = select.poll()
        poller.register(self.connection.fileno(), select.POLLIN)
        return not poller.poll(0) or self._answers()

    def _answers(self) -> bool:
        try:
            psycopg.ClientCursor(self.connection).execute("SELECT 1")
        except psycopg.Error:
            return False
        return True
