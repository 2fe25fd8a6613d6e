"""The servers that the section on PostgreSQL and RabbitMQ speaks of, prepared as it says, under names of our own."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from kombu import Connection
from kombu.exceptions import OperationalError
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from VaultPlatform.runs.queues import QUEUES

SERVER = os.environ.get("VAULT_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
BROKER = os.environ.get("VAULT_TEST_RABBITMQ_URL")
OWN_NAME = f"vault_readme_{os.getpid()}"
PAGES_NAME = "nimbusvault"


@contextmanager
def database_as_in(statements: str) -> Iterator[dict[str, Any]]:
    """Run the page's SQL with `OWN_NAME` for its name; the value is where the server is, for the section Database."""
    with psycopg.connect(SERVER, autocommit=True) as server:
        try:
            for statement in statements.split(";\n"):
                server.execute(sql.SQL(statement.replace(PAGES_NAME, OWN_NAME)))  # type: ignore[arg-type]
            place = conninfo_to_dict(SERVER)
            yield {
                "host": place.get("host", "127.0.0.1"),
                "port": int(place.get("port", 5432)),
                "name": OWN_NAME,
                "user": OWN_NAME,
            }
        finally:
            server.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(OWN_NAME))
            )
            server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(OWN_NAME)))


@contextmanager
def broker() -> Iterator[str | None]:
    """The address of RabbitMQ, None where there is none; queues that were not there before are removed afterwards."""
    if BROKER is None:
        yield None
        return
    before = {name for name in QUEUES if _has_queue(name)}
    try:
        yield BROKER
    finally:
        with Connection(BROKER, connect_timeout=5) as connection, connection.channel() as channel:
            for name in set(QUEUES) - before:
                channel.queue_delete(name)


def commands_with(commands: str, *, broker_url: str | None) -> str:
    """The page's commands with the broker of this machine in place of the page's."""
    return re.sub(r"(VAULT_BROKER_URL=)'.*'", rf"\1'{broker_url or ''}'", commands)


def _has_queue(name: str) -> bool:
    assert BROKER is not None
    with Connection(BROKER, connect_timeout=5) as connection:
        try:
            connection.channel().queue_declare(name, passive=True)
        except (OperationalError, *connection.channel_errors):
            return False
    return True
