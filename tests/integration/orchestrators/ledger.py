"""A table of names, and steps that write into it, for tests of runs on a real database.

`made`, `removed` and `called` are names of rows and of functions: what a run left, and what it did, is
compared with lists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from Orchestrators.ContextManager import context_manager, db_step, external_step
from Orchestrators.Steps import StepKind

MARKS: dict[StepKind, Callable[[Any], Any]] = {
    StepKind.DATABASE: db_step,
    StepKind.UNDECLARED: lambda function: function,
    StepKind.EXTERNAL: external_step,
}


class Boom(Exception):
    """What failing steps raise."""


def insert(name: str) -> None:
    """Add a row."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger (name) VALUES (%s)", [name])


def delete(name: str) -> None:
    """Take a row out."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger WHERE name = %s", [name])


def committed_names() -> list[str]:
    """The rows that stand, in alphabetical order: read on a new connection, so that nothing uncommitted is seen."""
    assert not connection.in_atomic_block
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM ledger ORDER BY name")
        return [name for (name,) in cursor.fetchall()]


@dataclass
class Outside:
    """Something outside of the database, and what was called in which order."""

    names: set[str] = field(default_factory=set)
    called: list[str] = field(default_factory=list)


@dataclass
class StepFactory:
    """Makes steps of each kind that put a name into the ledger, or outside, and rollbacks that take it out."""

    outside: Outside = field(default_factory=Outside)

    def stage(self, run: Any, name: str, kind: StepKind, **options: Any) -> None:
        """Stage a step of that kind. Options: see `forward`; `undo_fails`: the rollback raises."""
        undo_fails = options.pop("undo_fails", False)
        run.add_step(self.forward(name, kind, **options), self.rollback(name, kind, fails=undo_fails))

    def forward(
        self,
        name: str,
        kind: StepKind,
        *,
        status: int | None = None,
        fails: bool = False,
        finishes: bool = False,
    ) -> Callable[..., None]:
        """A step: writes `name`, then raises if it `fails`, or ends with `status`, or finishes the run."""

        @context_manager(set_contexts={"common": ["result", "result_status"]})
        def forward(orchestrator: Any) -> None:
            self.outside.called.append(f"+{name}")
            self._put(name, kind)
            if fails:
                raise Boom(name)
            if finishes:
                orchestrator.finish(name)
            if status:
                orchestrator.set_context_value("result", name)
                orchestrator.set_context_value("result_status", status)

        forward.__qualname__ = f"forward_{name}"
        return MARKS[kind](forward)

    def rollback(self, name: str, kind: StepKind, *, fails: bool = False) -> Callable[..., None]:
        """Takes `name` out again; raises half-way if it `fails`."""

        def rollback(orchestrator: Any) -> None:
            self.outside.called.append(f"-{name}")
            if kind is StepKind.EXTERNAL:
                assert not connection.in_atomic_block
                self.outside.names.discard(name)
            else:
                assert connection.in_atomic_block
                delete(name)
            if fails:
                raise Boom(f"undo {name}")

        rollback.__qualname__ = f"rollback_{name}"
        return rollback

    def _put(self, name: str, kind: StepKind) -> None:
        if kind is StepKind.EXTERNAL:
            assert not connection.in_atomic_block
            self.outside.names.add(name)
        else:
            assert connection.in_atomic_block
            insert(name)


def transactions(captured: CaptureQueriesContext) -> list[str]:
    """BEGIN, COMMIT, ROLLBACK and SAVEPOINT among the captured statements, also COMMIT at the end of another one."""
    sent = [query["sql"] for query in captured.captured_queries]
    words = ["COMMIT" if each.endswith(";COMMIT") else each.split()[0].upper() for each in sent]
    return [word for word in words if word in ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT")]
