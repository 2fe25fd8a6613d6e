"""Where runs are written down, so that they survive their process, and where their events go: the seam.

The engine knows no table. It makes an `Entry` of a run at each moment at which something has to be kept, and gives it
to what `install_journal` has put in. Without that nothing is written down, and events are handed on at once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from Orchestrators.Execution import Execution
    from Orchestrators.MainOrchestrator import MainOrchestrator
    from Orchestrators.Progress import Mark

logger = logging.getLogger(__name__)


class RunState(Enum):
    """Where a run that has been executed, or handed over to be executed, stands."""

    #: waits for a worker
    PENDING = "pending"
    #: steps are being run
    RUNNING = "running"
    #: the run failed, and what it did is being undone
    COMPENSATING = "compensating"
    #: cannot go on: a step's function is gone, or does not take what was staged
    BLOCKED = "blocked"
    #: ended well
    COMPLETED = "completed"
    #: failed, and all that had been done is undone
    COMPENSATED = "compensated"
    #: failed, and something of it could not be undone or is not known: somebody has to look
    STUCK = "stuck"

    @property
    def is_final(self) -> bool:
        """Whether nothing is left to do."""
        return self in (RunState.COMPLETED, RunState.COMPENSATED)


@dataclass(frozen=True, kw_only=True)
class Event:
    """A hook to call once the run has ended well."""

    hook_name: str
    kwargs: Mapping[str, Any]


class Entry(NamedTuple):
    """What there is to know of a run at one moment."""

    run: MainOrchestrator
    state: RunState
    marks: Sequence[Mark]
    #: why it failed
    error: str = ""
    #: to be delivered: only of a run that has ended well
    events: Sequence[Event] = ()
    #: whether all it did is in one transaction, which is open
    is_one_transaction: bool = False

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Of each step, how far it is by now, as JSON."""
        return [mark.shown() for mark in self.marks]


class RunRecord(Protocol):
    """One run's place in the journal. What raises here fails the run."""

    #: whether a step's intent has to be written down before it runs
    keeps_intents: bool

    def write(self, entry: Entry) -> None:
        """Keep `entry`: with the open transaction's commit if there is one, else in a commit of its own.

        Raises OwnershipLost, now or at the commit, if another process has taken the run over, or it was cancelled.
        """

    def was_cancelled(self) -> bool:
        """Whether that was because somebody has cancelled it."""

    def transaction(self) -> AbstractContextManager[object]:
        """A transaction in which the end of a run is written down, where there is none for its last step."""

    def require_owned(self) -> None:
        """Raise OwnershipLost if another process may have taken the run over while this one was stopped."""

    def report(self, progress: Mapping[str, Any]) -> None:
        """Show how far the running step is. Raises OwnershipLost as `write`."""

    def abandon(self) -> None:
        """The run's state could not be written, or is not known: whoever can is to look after it."""

    def ended(self, entry: Entry) -> None:
        """The run has ended well, and is committed."""


class Journal(Protocol):
    """Where runs are written down."""

    def begin(self, run: MainOrchestrator, *, is_one_transaction: bool) -> RunRecord:
        """The record of a run that is about to be executed; `is_one_transaction`: there is nothing to be recovered."""

    def enqueue(self, run: MainOrchestrator, execution: Execution, *, queue: str) -> None:
        """Keep a run that a worker is to execute. Raises RunStateError where there is no journal."""


class Delivery(Protocol):
    """Whom events reach."""

    def listeners(self, hook_name: str) -> Sequence[str]:
        """Names of those that listen to a hook here and now, in the order in which they are told."""

    def deliver(self, listener: str, hook_name: str, kwargs: Mapping[str, Any]) -> None:
        """Tell one of them. Raises what it raises."""


class ToFunction:
    """A delivery that calls one function with each event: for tests, and for the engine on its own."""

    def __init__(self, function: Any) -> None:
        """`function(hook_name, kwargs)`."""
        self.function = function

    def listeners(self, hook_name: str) -> Sequence[str]:  # all are alike
        """The function, whatever the hook."""
        return ("function",)

    def deliver(self, listener: str, hook_name: str, kwargs: Mapping[str, Any]) -> None:
        """Call it."""
        self.function(hook_name, kwargs)


class _Unrecorded:
    """The record of a run that is not written down."""

    keeps_intents = False

    def write(self, entry: Entry) -> None:
        """Nothing is written down."""

    def transaction(self) -> AbstractContextManager[object]:
        """None is needed."""
        return nullcontext()

    def require_owned(self) -> None:
        """Nobody takes it over."""

    def was_cancelled(self) -> bool:
        """Nobody can."""
        return False

    def report(self, progress: Mapping[str, Any]) -> None:
        """Nobody looks."""

    def abandon(self) -> None:
        """There is nothing to look after."""

    def ended(self, entry: Entry) -> None:
        """Tell everybody; one that raises is logged, the next still told."""
        delivery = current_delivery()
        for event in entry.events:
            for listener in delivery.listeners(event.hook_name):
                try:
                    delivery.deliver(listener, event.hook_name, event.kwargs)
                except Exception:
                    logger.exception(
                        "%s failed at %s; the run that queued it stays committed", listener, event.hook_name
                    )


class NullJournal:
    """Writes nothing down."""

    def begin(self, run: MainOrchestrator, *, is_one_transaction: bool) -> RunRecord:
        """A record that keeps nothing."""
        return _Unrecorded()

    def enqueue(self, run: MainOrchestrator, execution: Execution, *, queue: str) -> None:
        """Refused: nobody would ever execute it."""
        from Orchestrators.Errors import RunStateError

        raise RunStateError(
            "enqueue() was called, and no journal is installed that would keep the run. Call execute()."
        )


def _nobody(hook_name: str, _: Mapping[str, Any]) -> None:
    logger.warning("Event %s reaches nobody: install_delivery() has not been called", hook_name)


@dataclass
class _Installed:
    journal: Journal = field(default_factory=NullJournal)
    delivery: Delivery = field(default_factory=lambda: ToFunction(_nobody))


_installed = _Installed()


def install_delivery(delivery: Delivery) -> Delivery:
    """Have events of committed runs reach whom `delivery` says. Returns the one it replaces."""
    previous, _installed.delivery = _installed.delivery, delivery
    return previous


def current_delivery() -> Delivery:
    """The delivery in use."""
    return _installed.delivery


def install_journal(journal: Journal) -> Journal:
    """Have runs that are executed from now on written down by `journal`. Returns the one it replaces."""
    previous, _installed.journal = _installed.journal, journal
    return previous


def current_journal() -> Journal:
    """The journal in use."""
    return _installed.journal
