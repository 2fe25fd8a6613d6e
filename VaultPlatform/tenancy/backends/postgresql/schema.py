"""A PostgreSQL connection whose every statement is confined to a schema; which one, subclasses say."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from weakref import ref

import psycopg
from django.db.backends.postgresql import base
from django.utils.functional import cached_property
from psycopg.pq import ConnStatus

from VaultPlatform.tenancy.backends.postgresql.cursor import SchemaCursor


class SchemaWrapper(base.DatabaseWrapper):
    """psycopg stays in autocommit; `BEGIN` travels with the first statement, so an empty `atomic()` sends nothing.

    A true `pooled` among the OPTIONS says that a transaction-pooling proxy stands before the server.
    """

    def cursor_owner(self) -> str | None:
        """What a cursor that is opened now belongs to."""
        return None

    def schema_for(self, owner: str | None) -> str:
        """Quoted schema for a statement of a cursor that belongs to `owner`. May refuse by raising a TenancyError."""
        raise NotImplementedError

    @property
    def in_transaction(self) -> bool:
        """Whether Django regards a transaction as open; the server learns of it with the first statement."""
        return self.connection is not None and (self.in_atomic_block or not self.autocommit)

    @property
    def pooled(self) -> bool:
        return bool(self.settings_dict["OPTIONS"].get("pooled"))

    def opening(self, schema: str, *, begin: bool | None = None) -> list[str]:
        """Statements that have to come before the first one; `begin` tells whether in a transaction of several."""
        options = self.settings_dict["OPTIONS"]
        statements = [f"SET LOCAL search_path TO {schema}"]
        if self._zone:
            statements.append(f"SET LOCAL TIME ZONE {self._zone}")
        if role := options.get("assume_role"):
            statements.append(f"SET LOCAL ROLE {self.ops.quote_name(role)}")
        if self.in_transaction if begin is None else begin:
            isolation = options.get("isolation_level")
            level = f" ISOLATION LEVEL {self.isolation_level.name.replace('_', ' ')}" if isolation else ""
            statements.insert(0, f"BEGIN{level}")
        return statements

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        params.pop("pooled", None)
        return {**params, "autocommit": True, "cursor_factory": partial(SchemaCursor, ref(self))}

    def init_connection_state(self) -> None:
        server_zone = self.connection.info.parameter_status("TimeZone")
        zone = self.timezone_name
        self._zone = psycopg.sql.Literal(zone).as_string(self.connection) if zone and zone != server_zone else None
        super().init_connection_state()

    _zone: str | None = None

    def _configure_connection(self, connection: Any) -> bool:
        return False  # zone and role are in every opening: a session's settings do not survive a pooling proxy

    def ensure_timezone(self) -> bool:
        if self.connection is not None:
            self.init_connection_state()
        return False

    def _set_autocommit(self, autocommit: bool) -> None:
        """Nothing to send: see `SchemaCursor`."""

    def chunked_cursor(self) -> Any:
        return self.cursor()

    def is_usable(self) -> bool:
        """Whether the server is still there, without a round trip: an idle server only speaks to say good-bye."""
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

    @contextmanager
    def idle_care(self) -> Iterator[None]:
        """A block that looks at the connection and sends no statement."""
        yield

    @cached_property
    def pg_version(self) -> int:
        """The server's version as libpq counts, 150020 for 15.20; asking for it needs no organisation."""
        with self.idle_care(), self.temporary_connection():
            return int(self.connection.info.server_version)
