"""Which step is running, for the log: said once, and put into words only if something is logged."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from Orchestrators.Steps import name_of

#: Id of the run, and the function that is running of it.
RUNNING: ContextVar[tuple[UUID, Callable[..., Any]] | None] = ContextVar("vault_running_step", default=None)


def with_running_step(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor: adds `run` and `step`, unless the event has them."""
    if (running := RUNNING.get()) is not None:
        run_id, function = running
        event.setdefault("run", str(run_id))
        event.setdefault("step", name_of(function))
    return event
