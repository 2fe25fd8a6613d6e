"""Steps of every kind, found by their names from any process: rows in the table "ledger", and effects outside."""

import os
from typing import Any

from django.db import connection

from Orchestrators.ContextManager import context_manager, db_step, external_step
from tests.integration.runs.outside import Ledger

TABLE = "CREATE TABLE IF NOT EXISTS ledger (name varchar(200) NOT NULL UNIQUE)"
#: Where the ledger outside is served.
SOCKET = "VAULT_TEST_LEDGER"


class Boom(Exception):
    """What failing steps raise."""


def outside() -> Ledger:
    """The ledger outside."""
    return Ledger(os.environ[SOCKET])


def rows() -> list[str]:
    """Names in the table, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM ledger ORDER BY name")
        return [name for (name,) in cursor.fetchall()]


def _insert(run: Any, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger (name) VALUES (%s)", [name])
    run.set_context_value("written", [*(run.get_context_value("written") or []), name])


def _delete(run: Any) -> None:
    written = run.get_context_value("written")
    if written:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM ledger WHERE name = %s", [written[-1]])


KEYS = {"common": ["written"]}


@db_step
@context_manager(set_contexts=KEYS)
def write(run: Any, name: str) -> None:
    _insert(run, name)


@db_step
@context_manager(get_contexts=KEYS)
def unwrite(run: Any) -> None:
    _delete(run)


@context_manager(set_contexts=KEYS)
def write_apart(run: Any, name: str) -> None:
    _insert(run, name)


@context_manager(set_contexts={"common": ["written", "apart"]})
def unwrite_apart(run: Any) -> None:
    """Undo `write_apart`, of which nobody may know whether it happened: its row is found by its name."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger WHERE name LIKE %s", [f"%{run.id}:apart%"])


@external_step
@context_manager()
def call(run: Any, name: str) -> None:
    outside().apply(run.step_key)


@external_step
@context_manager()
def uncall(run: Any) -> None:
    outside().cancel(run.step_key)


@external_step(unknown="wait")
@context_manager()
def call_keyless(run: Any, name: str) -> None:
    outside().apply(run.step_key)


@external_step(unknown="retry")
@context_manager()
def call_again(run: Any, name: str) -> None:
    outside().apply(run.step_key)


@db_step
@context_manager()
def fail(run: Any) -> None:
    raise Boom("no")


#: By letter: forward, rollback.
KINDS = {
    "D": (write, unwrite),
    "U": (write_apart, unwrite_apart),
    "E": (call, uncall),
    "W": (call_keyless, uncall),
    "R": (call_again, uncall),
}


def stage(run: Any, kinds: str) -> None:
    """Stage a step for each letter; "!" fails."""
    for number, kind in enumerate(kinds):
        if kind == "!":
            run.add_step(fail, None)
        else:
            suffix = "apart" if kind == "U" else "row"
            run.add_step(*KINDS[kind], f"{run.id}:{suffix}:{number}")
