"""How far each step of a run is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import groupby
from types import MappingProxyType
from typing import Any

from Orchestrators.Codec import writable
from Orchestrators.Steps import Step, StepKind

#: Characters of an error that are kept.
MAX_ERROR = 500
#: Characters of what a step says of its progress.
MAX_NOTE = 200
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class StepState(StrEnum):
    """Where a step stands."""

    #: has not begun, or what it did is rolled back by the database
    STAGED = "staged"
    #: its intent is written down: found so after its process died, nobody knows how it ended
    BEGUN = "begun"
    #: its effects stand
    DONE = "done"
    #: ended with an error or a status of 400 or more
    FAILED = "failed"
    #: its rollback has run
    UNDONE = "undone"
    #: its rollback has failed
    NOT_UNDONE = "not undone"


class Mark:
    """One step of a run that is being executed."""

    __slots__ = ("attempts", "error", "events", "left", "notes", "state", "step", "wrote")

    def __init__(self, step: Step) -> None:
        """It has not begun."""
        self.step = step
        self.state = StepState.STAGED
        self.attempts = 0
        self.error = ""
        #: the run's context as the step left it
        self.left: Mapping[str, Any] = _NOTHING
        #: as JSON: the context keys that it has changed, the events that it queued, and what it noted for the audit
        #: trail
        self.wrote: Mapping[str, Any] = _NOTHING
        self.events: Sequence[Any] = ()
        self.notes: Sequence[Any] = ()

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        shown: dict[str, Any] = {"name": self.step.reference, "state": self.state}
        if self.attempts:
            shown["attempts"] = self.attempts
        if self.error:
            shown["error"] = self.error
        if self.wrote:
            shown["wrote"] = self.wrote
        if self.events:
            shown["events"] = self.events
        if self.notes:
            shown["notes"] = self.notes
        return shown

    def take_back(self) -> None:
        """What it did is rolled back."""
        self.state, self.wrote, self.events, self.notes = StepState.STAGED, _NOTHING, (), ()

    def take_in(self, shown: Mapping[str, Any]) -> None:
        """Be what `shown` says."""
        self.state = StepState(shown["state"])
        self.attempts, self.error = shown.get("attempts", 0), shown.get("error", "")
        self.wrote = shown.get("wrote", _NOTHING)
        self.events, self.notes = shown.get("events", ()), shown.get("notes", ())


def progress_of(done: float, total: float | None, note: str) -> dict[str, Any]:
    """How far something is, as JSON."""
    return {"done": done, "total": total, "note": writable(note)[:MAX_NOTE]}


def batches_of(marks: Sequence[Mark]) -> Iterator[list[Mark]]:
    """Steps in order, consecutive database steps together and every other one alone."""

    def together(mark: Mark) -> int:
        return 0 if mark.step.kind is StepKind.DATABASE else mark.step.number

    for _, batch in groupby(marks, together):
        yield list(batch)


def described(error: BaseException) -> str:
    """An error in one line, to be kept with its step."""
    return writable(f"{type(error).__name__}: {error}")[:MAX_ERROR].removesuffix(": ")
