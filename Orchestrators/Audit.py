"""What a run tells the audit trail: the seam; the engine itself knows no table.

A run that ends well is told inside its last transaction, so that what cannot be entered is rolled back. A step that has
something to say calls `note_audit`; a run whose steps say nothing is entered by its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol


class EndedRun(NamedTuple):
    """A run that is about to be committed, or that has failed."""

    #: of the orchestrator that it was got by, or "main"
    name: str
    #: dotted names of its steps
    steps: Sequence[str]
    #: what `Audit.begun` returned
    begun: Any
    #: what `Audit.noted` returned for each note
    notes: Sequence[Any]
    #: whether all it did is in one transaction, which is open
    is_one_transaction: bool


class Audit(Protocol):
    """Where runs are entered."""

    def begun(self) -> Any:
        """The run begins; the answer comes back in `EndedRun.begun`."""

    def noted(self, *, action: str, entity_type: str, entity_id: object, detail: Mapping[str, Any]) -> Any:
        """A step says what it does; the answer comes back in `EndedRun.notes` if the run ends well."""

    def completed(self, run: EndedRun) -> None:
        """The run ends well: told inside its last transaction, if that has one. What raises fails the run."""

    def stuck(self, run: EndedRun) -> None:
        """The run failed, and something of what it did could not be undone. What raises is logged."""


class NoAudit:
    """Enters nothing: for the engine on its own."""

    def begun(self) -> None:
        """Nothing is kept."""

    def noted(self, **_: Any) -> None:
        """Nothing is kept."""

    def completed(self, run: EndedRun) -> None:
        """Nothing is entered."""

    def stuck(self, run: EndedRun) -> None:
        """Nothing is entered."""


@dataclass
class _Installed:
    audit: Audit


_installed = _Installed(audit=NoAudit())


def install_audit(audit: Audit) -> Audit:
    """Have runs that are executed from now on entered by `audit`. Returns the one it replaces."""
    previous, _installed.audit = _installed.audit, audit
    return previous


def current_audit() -> Audit:
    """The audit in use."""
    return _installed.audit
