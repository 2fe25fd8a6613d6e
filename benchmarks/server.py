"""The PostgreSQL server that the benchmarks measure on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

SERVER = os.environ.get("VAULT_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


@contextmanager
def postgresql_database() -> Iterator[dict[str, Any] | None]:
    """A new database on the server, dropped afterwards; None where no server answers."""
    name = f"vault_bench_{os.getpid()}"
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        yield None
        return
    with server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            url = urlsplit(SERVER)
            password = {"password": {"$env": "VAULT_BENCH_PASSWORD"}} if url.password else {}
            os.environ["VAULT_BENCH_PASSWORD"] = url.password or ""
            place = {
                "host": url.hostname or "127.0.0.1",
                "port": url.port or 5432,
                "user": url.username or "postgres",
            }
            yield {"engine": "postgresql", "name": name, **place, **password}
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
