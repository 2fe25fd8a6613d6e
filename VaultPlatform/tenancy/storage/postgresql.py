"""Organisations' databases as PostgreSQL schemas."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction

from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.databases import CONTROL_SCHEMA
from VaultPlatform.tenancy.names import TEMPLATE, schema_of
from VaultPlatform.tenancy.storage.clone import clone_schema

#: Name of the advisory lock: the ASCII codes of "vaultorg", so that a person finds it in pg_locks.
_LOCK = int.from_bytes(b"vaultorg")
#: How long a removal waits for transactions that still use the organisation before it fails.
_DROP_PATIENCE = "10s"


class PostgreSQLStorage:
    """Schemas, made and removed through the control plane's connection, in one transaction with its rows."""

    @contextmanager
    def lock(self) -> Iterator[None]:
        # A transaction's lock on a connection of its own: a session's would get lost in a transaction-pooling proxy.
        connection = connections["control"].copy()
        try:
            connection.set_autocommit(False)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            yield
        finally:
            connection.close()

    def prepare_control(self) -> None:
        self._create(CONTROL_SCHEMA)

    def exists(self, organisation: Organisation) -> bool:
        return self._exists(schema_of(organisation))

    def create_empty(self, organisation: Organisation) -> None:
        self._create(schema_of(organisation))

    @contextmanager
    def cloning(self, organisation: Organisation) -> Iterator[None]:
        with transaction.atomic(using="control"), self._cursor() as cursor:
            clone_schema(cursor, source=schema_of(TEMPLATE), target=schema_of(organisation))
            cursor.execute(f"SET LOCAL search_path TO {self._quoted(CONTROL_SCHEMA)}")
            yield

    @contextmanager
    def dropping(self, organisation: Organisation) -> Iterator[None]:
        with transaction.atomic(using="control"), self._cursor() as cursor:
            yield
            cursor.execute(f"SET LOCAL lock_timeout = '{_DROP_PATIENCE}'")
            cursor.execute(f"DROP SCHEMA {self._quoted(schema_of(organisation))} CASCADE")

    def _exists(self, schema: str) -> bool:
        with self._cursor() as cursor:
            cursor.execute("SELECT to_regnamespace(quote_ident(%s)) IS NOT NULL", [schema])
            return bool(cursor.fetchone()[0])

    def _create(self, schema: str) -> None:
        if not self._exists(schema):
            with self._cursor() as cursor:
                cursor.execute(f"CREATE SCHEMA {self._quoted(schema)}")

    def _cursor(self) -> Any:
        return connections["control"].cursor()

    def _quoted(self, name: str) -> str:
        return str(connections["control"].ops.quote_name(name))
