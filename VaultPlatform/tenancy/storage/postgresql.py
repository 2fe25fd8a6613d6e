"""Organisations' databases as PostgreSQL schemas."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from django.db import Error, connections, transaction

from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.databases import CONTROL_SCHEMA
from VaultPlatform.tenancy.names import TEMPLATE, schema_of
from VaultPlatform.tenancy.own_databases import settings_of
from VaultPlatform.tenancy.storage.clone import clone_schema

#: Name of the advisory lock: the ASCII codes of "vaultorg", so that a person finds it in pg_locks.
_LOCK = int.from_bytes(b"vaultorg")
#: How often the lock is tried for, where waiting for it would hold a session of a pooling proxy.
_TRY_SECONDS = 0.2
#: How long a removal waits for transactions that still use the organisation before it fails.
_DROP_PATIENCE = "10s"


class PostgreSQLStorage:
    """Schemas, made and removed through the control plane's connection, in one transaction with its rows."""

    def lock(
        self, *, for_long: bool = False, waiting: Callable[[], None] | None = None
    ) -> AbstractContextManager[None]:
        control = connections["control"]
        pooled = control.settings_dict["OPTIONS"].get("pooled")
        apart = for_long or pooled or control.in_atomic_block
        return _lock_apart(waiting or _nothing) if apart else _lock_of_session(waiting or _nothing)

    def prepare_control(self) -> None:
        self._create(connections["control"], CONTROL_SCHEMA)

    def exists(self, organisation: Organisation) -> bool:
        with self._server(organisation) as server:
            return self._exists(server, schema_of(organisation))

    def create_empty(self, organisation: Organisation) -> None:
        with self._server(organisation) as server:
            self._create(server, schema_of(organisation))

    @contextmanager
    def cloning(self, organisation: Organisation) -> Iterator[None]:
        try:
            with transaction.atomic(using="control"), self._work(organisation) as cursor:
                clone_schema(cursor, source=schema_of(TEMPLATE), target=schema_of(organisation))
                cursor.execute(f"SET LOCAL search_path TO {self._quoted(CONTROL_SCHEMA)}")
                yield
        except BaseException:
            if organisation.database:  # another one's commit may have come before that of `control` failed
                with suppress(Error), self._work(organisation) as cursor:
                    self._drop(cursor, organisation)
            raise

    @contextmanager
    def dropping(self, organisation: Organisation) -> Iterator[None]:
        with transaction.atomic(using="control"), self._work(organisation) as cursor:
            yield
            self._drop(cursor, organisation)

    def _drop(self, cursor: Any, organisation: Organisation) -> None:
        cursor.execute(f"SET LOCAL lock_timeout = '{_DROP_PATIENCE}'")
        cursor.execute(f"DROP SCHEMA IF EXISTS {self._quoted(schema_of(organisation))} CASCADE")

    def _exists(self, server: Any, schema: str) -> bool:
        with server.cursor() as cursor:
            cursor.execute("SELECT to_regnamespace(quote_ident(%s)) IS NOT NULL", [schema])
            return bool(cursor.fetchone()[0])

    def _create(self, server: Any, schema: str) -> None:
        if not self._exists(server, schema):
            with server.cursor() as cursor:
                cursor.execute(f"CREATE SCHEMA {self._quoted(schema)}")

    @contextmanager
    def _work(self, organisation: Organisation) -> Iterator[Any]:
        """A cursor in a transaction of the organisation's database, that of `control` unless it has its own."""
        with self._server(organisation) as server:
            if not organisation.database:
                with server.cursor() as cursor:
                    yield cursor
                return
            server.set_autocommit(False)
            with server.cursor() as cursor:
                yield cursor
            server.commit()

    @contextmanager
    def _server(self, organisation: Organisation) -> Iterator[Any]:
        """A connection that serves no organisation, to the database that this one is in."""
        control = connections["control"]
        if not organisation.database:
            yield control
            return
        server = control.copy()
        server.settings_dict = settings_of(organisation, server.settings_dict)
        try:
            yield server
        finally:
            server.close()

    def _quoted(self, name: str) -> str:
        return str(connections["control"].ops.quote_name(name))


@contextmanager
def _lock_of_session(waiting: Callable[[], None]) -> Iterator[None]:
    """The lock on the connection of `control` itself, which costs no connection more."""
    with connections["control"].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            waiting()
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with (
            suppress(Error),
            connections["control"].cursor() as cursor,
        ):  # a lost session has lost the lock too
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@contextmanager
def _lock_apart(waiting: Callable[[], None]) -> Iterator[None]:
    """The lock in a transaction of a connection of its own: a pooling proxy loses a session's.

    Whoever waits holds no transaction meanwhile: enough of them would keep the proxy's sessions from the one who works.
    """
    connection = connections["control"].copy()
    try:
        while not _is_taken(connection):
            waiting()
            waiting = _nothing
            time.sleep(_TRY_SECONDS)
        yield
    finally:
        connection.close()


def _is_taken(connection: Any) -> bool:
    connection.set_autocommit(False)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        taken = bool(cursor.fetchone()[0])
    if not taken:
        connection.rollback()
        connection.set_autocommit(True)
    return taken


def _nothing() -> None:
    """Nobody wants to know."""
