"""Steps that end as they are told to, found by their names from any process.

The row of a step, and its effect outside, are named by its key, so whoever looks knows whose they are.
"""

import os
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from Orchestrators.ContextManager import context_manager, db_step, external_step
from Orchestrators.Identifiers import derived_id
from tests.integration.runs.steps import Boom, outside

#: Names a file: while it is there, rollbacks fail that can.
BROKEN = "VAULT_TEST_BROKEN"
ANSWER = {"common": ["result", "result_status"]}


def key_of(run_id: str, number: int) -> str:
    """The key of the step `number`, from 1, of a run."""
    return str(derived_id(UUID(run_id), f"step {number}"))


def event_of(run_id: str, number: int) -> str:
    """What an event of a run leaves in the ledger: of the run itself as 0, else of that step."""
    return f"event of {key_of(run_id, number)}"


def tell(hook_name: str, kwargs: Any) -> None:
    """Take an event down in the ledger; whoever listens to all events."""
    outside().apply(str(kwargs["entity_id"]))


def _insert(run: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger (name) VALUES (%s)", [run.step_key])


def _delete(run: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger WHERE name = %s", [run.step_key])


def _end(run: Any, end: str) -> None:
    if end == "raises":
        raise Boom("no")
    run.queue_event("on_step", entity_type="Step", entity_id=f"event of {run.step_key}")
    if end == "refuses":
        run.set_context_value("result", {"msg": "No."})
        run.set_context_value("result_status", 409)


def _fail_while_broken() -> None:
    if Path(os.environ[BROKEN]).exists():
        raise Boom("still away")


@db_step
@context_manager(set_contexts=ANSWER)
def write(run: Any, end: str) -> None:
    _insert(run)
    _end(run, end)


@context_manager(set_contexts=ANSWER)
def write_apart(run: Any, end: str) -> None:
    _insert(run)
    _end(run, end)


@external_step
@context_manager(set_contexts=ANSWER)
def call(run: Any, end: str) -> None:
    """What fails has done nothing: the engine undoes what a step has done, not what it has not."""
    if end == "well":
        outside().apply(run.step_key)
    _end(run, end)


@db_step
@context_manager()
def unwrite(run: Any) -> None:
    _delete(run)


@db_step
@context_manager()
def unwrite_unless_broken(run: Any) -> None:
    _delete(run)
    _fail_while_broken()


@context_manager()
def unwrite_apart(run: Any) -> None:
    _delete(run)


@context_manager()
def unwrite_apart_unless_broken(run: Any) -> None:
    _delete(run)
    _fail_while_broken()


@external_step
@context_manager()
def uncall(run: Any) -> None:
    outside().cancel(run.step_key)


@external_step
@context_manager()
def uncall_unless_broken(run: Any) -> None:
    _fail_while_broken()
    outside().cancel(run.step_key)


#: Keys of the rollbacks in this process that wait, or have waited, until they may go on.
held: list[str] = []
may_go_on = threading.Event()


@external_step
@context_manager()
def uncall_when_let(run: Any) -> None:
    held.append(run.step_key)
    assert may_go_on.wait(60)
    outside().cancel(run.step_key)


#: By letter: forward, a rollback, and one that can fail.
KINDS = {
    "D": (write, unwrite, unwrite_unless_broken),
    "U": (write_apart, unwrite_apart, unwrite_apart_unless_broken),
    "E": (call, uncall, uncall_unless_broken),
    "H": (call, uncall_when_let, uncall_when_let),
}
#: By the mark behind a letter.
ENDS = {"": "well", "?": "refuses", "!": "raises"}


def stage(run: Any, plan: str) -> None:
    """Stage the words of `plan`: a letter of KINDS, "?" or "!" if it fails, "~" if its rollback can.

    Such as "D E~ U?". The run has an event of its own, and one of each step that ends well.
    """
    run.queue_event("on_run", entity_type="Run", entity_id=event_of(str(run.id), 0))
    for word in plan.split():
        forward, rollback, failing = KINDS[word[0]]
        run.add_step(forward, failing if "~" in word else rollback, ENDS[word[1:].removesuffix("~")])
