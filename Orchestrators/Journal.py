"""Where runs are written down and their events go: the seam for a durable journal.

Nothing here is durable. The journal in use writes nothing and hands the events of a run that ended well to
the function given to `install_delivery`. One that survives a killed process implements `Journal` and is
put in with `install_journal`; the engine already calls it at the moments, and inside the transactions,
that it needs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from Orchestrators.MainOrchestrator import MainOrchestrator
    from Orchestrators.Steps import Step

logger = logging.getLogger(__name__)

Delivery = Callable[[str, Mapping[str, Any]], object]


class RunState(Enum):
    """Where a run that has been executed stands."""

    #: steps are being run
    RUNNING = "running"
    #: the run failed, and what it did is being undone
    COMPENSATING = "compensating"
    #: ended well
    COMPLETED = "completed"
    #: failed, and all that had been done is undone
    COMPENSATED = "compensated"
    #: failed, and a rollback failed too: somebody has to look
    STUCK = "stuck"


@dataclass(frozen=True, kw_only=True)
class Event:
    """A hook to call once the run has ended well."""

    hook_name: str
    kwargs: Mapping[str, Any]


class Journal(Protocol):
    """What the engine tells while it executes a run. What raises here, except in `deliver`, fails the run."""

    def opened(self, run: MainOrchestrator) -> None:
        """Execution begins; every step is known. No transaction of the run is open."""

    def intent(self, run: MainOrchestrator, step: Step) -> None:
        """An undeclared or external step is about to run. No transaction of the run is open."""

    def done(self, run: MainOrchestrator, step: Step) -> None:
        """The step has run: for a database or undeclared step inside the transaction of its effects."""

    def closed(self, run: MainOrchestrator, state: RunState) -> None:
        """The run has ended: COMPLETED is told inside the last step's transaction, if it has one."""

    def deliver(self, events: Sequence[Event]) -> None:
        """The run has ended well and is committed: call the hooks it queued, in this order."""


class NullJournal:
    """Writes nothing down; calls the installed delivery with each event."""

    def opened(self, run: MainOrchestrator) -> None:
        """Nothing is written down."""

    def intent(self, run: MainOrchestrator, step: Step) -> None:
        """Nothing is written down."""

    def done(self, run: MainOrchestrator, step: Step) -> None:
        """Nothing is written down."""

    def closed(self, run: MainOrchestrator, state: RunState) -> None:
        """Nothing is written down."""

    def deliver(self, events: Sequence[Event]) -> None:
        """Call the installed delivery with each event; one that raises is logged, the next still called."""
        for event in events:
            try:
                _installed.delivery(event.hook_name, event.kwargs)
            except Exception:
                logger.exception(
                    "Delivery of %s failed; the run that queued it stays committed", event.hook_name
                )


@dataclass
class _Installed:
    journal: Journal
    delivery: Delivery


def _no_delivery(hook_name: str, _: Mapping[str, Any]) -> None:
    logger.warning("Event %s reaches nobody: install_delivery() has not been called", hook_name)


_installed = _Installed(journal=NullJournal(), delivery=_no_delivery)


def install_delivery(delivery: Delivery) -> Delivery:
    """Have `delivery(hook_name, kwargs)` called for each event of a committed run. Returns the one before."""
    previous, _installed.delivery = _installed.delivery, delivery
    return previous


def install_journal(journal: Journal) -> Journal:
    """Have runs that are executed from now on told to `journal`. Returns the one it replaces."""
    previous, _installed.journal = _installed.journal, journal
    return previous


def current_journal() -> Journal:
    """The journal in use."""
    return _installed.journal
