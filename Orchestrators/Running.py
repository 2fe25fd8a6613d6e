"""Which step is running, for the log: said once, and put into words only if something is logged."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from typing import Any, Protocol
from uuid import UUID

from Orchestrators.Steps import name_of


class Executed(Protocol):
    """A run that is being executed."""

    #: of the run
    id: UUID
    #: the function of it that is running
    function: Callable[..., Any] | None


#: The innermost run that is being executed.
RUNNING: ContextVar[Executed | None] = ContextVar("vault_running_step", default=None)


def with_running_step(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor: adds `run`, and `step` while one is running, unless the event has them."""
    if (running := RUNNING.get()) is not None:
        event.setdefault("run", str(running.id))
        if running.function is not None:
            event.setdefault("step", name_of(running.function))
    return event
