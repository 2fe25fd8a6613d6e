"""The step guard: in tests, a `@db_step` that reaches out of the database fails.

Database steps share a transaction that a failure rolls back; what one of them did elsewhere would stay. Python's audit
events tell when code opens a connection, starts a process, or opens a file for writing; inside a database step, and
the hooks it calls, each of these is refused. It holds for every run of tests with the kit.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest

_running: ContextVar[str | None] = ContextVar("running_database_step", default=None)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_REFUSED = {
    "socket.connect": "opens a connection",
    "subprocess.Popen": "starts a process",
    "os.remove": "removes a file",
}


class StepGuardError(AssertionError):
    """A database step reached out of the database."""


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" and event not in _REFUSED:
        return
    step = _running.get()
    if step is None or (event == "open" and not _writes(arguments)):
        return
    did = _REFUSED.get(event, "opens a file for writing")
    raise StepGuardError(
        f"{step} is a @db_step and {did}: {arguments[0]!r}. What is done elsewhere is not rolled back with the "
        "database; make it an @external_step of its own, with a rollback."
    )


def _writes(arguments: tuple[Any, ...]) -> bool:
    path, _, flags = arguments
    if isinstance(path, int):  # a descriptor, which was judged when it was opened
        return False
    return bool(flags & _WRITING) and path != os.devnull and "__pycache__" not in str(path)


@contextmanager
def inside_database_step(name: str) -> Iterator[None]:
    """The block is judged as the database step `name`."""
    token = _running.set(name)
    try:
        yield
    finally:
        _running.reset(token)


@pytest.fixture(scope="session", autouse=True)
def steps_are_guarded() -> Iterator[None]:
    """Each database step of the test run is judged."""
    from Orchestrators.Execution import Execution
    from Orchestrators.Steps import StepKind, name_of

    run_step = Execution._run_step

    def guarded(self: Any, mark: Any) -> None:
        if mark.step.kind is not StepKind.DATABASE:
            return run_step(self, mark)
        with inside_database_step(name_of(mark.step.forward)):
            return run_step(self, mark)

    Execution._run_step = guarded  # type: ignore[method-assign]
    yield
    Execution._run_step = run_step  # type: ignore[method-assign]


sys.addaudithook(_audit)
