"""Every way in which a step of a run can fail, and how one of them is brought about in the run of a request.

The steps are exchanged once they are staged: workflow, engine and database are the real ones.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import now

from Orchestrators.ContextManager import context_manager
from Orchestrators.Execution import StepEnded
from Orchestrators.MainOrchestrator import MainOrchestrator
from Orchestrators.Steps import Step, StepKind, policy_of, reference_to
from VaultPlatform.identity.service import session_service
from VaultPlatform.runs.journal import Record


class Boom(Exception):
    """What steps fail with."""


class Place(Enum):
    """Where a step fails."""

    BEFORE = "before its body"
    AFTER = "after its body"
    COMMIT = "when what it wrote is committed"
    NOTED = "when it is noted as done"
    BEHIND = "in another step behind it"


class How(Enum):
    """By what it fails; the value is what the client is answered with."""

    EXCEPTION = 500
    STATUS = 409


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Step `number` of a run fails."""

    number: int
    place: Place
    how: How

    def __str__(self) -> str:
        return f"step {self.number} fails {self.place.value} ({self.how.name})"


def failures_of(steps: Sequence[Step]) -> Iterator[Failure]:
    """All that can happen to a run of these steps.

    An external step that fails has to leave things as it found them itself, so nothing fails there after its body: the
    first that can is the note that it is done.
    """
    for step in steps:
        failure = functools.partial(Failure, number=step.number)
        yield failure(place=Place.NOTED, how=How.EXCEPTION)
        places = [Place.BEFORE, Place.BEHIND]
        if step.kind is not StepKind.EXTERNAL:
            places.append(Place.AFTER)
            yield failure(place=Place.COMMIT, how=How.STATUS)
        yield from (failure(place=place, how=how) for place in places for how in How)


@contextmanager
def stopped(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Step]]:
    """The steps of the block's run, which raises where it would begin."""
    steps: list[Step] = []

    def stop(run: MainOrchestrator) -> None:
        steps.extend(run._steps)
        raise Boom

    with monkeypatch.context() as patch:
        patch.setattr(MainOrchestrator, "execute", stop)
        yield steps


@contextmanager
def failing(failure: Failure, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Failure]]:
    """The block's run fails so; the list has the failure once that has come about."""
    happened: list[Failure] = []
    execute, write = MainOrchestrator.execute, Record.write

    def execute_to_failure(run: MainOrchestrator) -> Any:
        run._steps[:] = _with(failure, run._steps, lambda: happened.append(failure))
        return execute(run)

    def written(self: Any, entry: Any) -> None:
        is_done = entry.steps[failure.number - 1]["state"] == "done"
        if failure.place is Place.NOTED and is_done and not happened:
            happened.append(failure)
            raise Boom
        write(self, entry)

    with monkeypatch.context() as patch:
        patch.setattr(MainOrchestrator, "execute", execute_to_failure)
        patch.setattr(Record, "write", written)
        yield happened


def _with(failure: Failure, steps: Sequence[Step], happens: Callable[[], None]) -> list[Step]:
    """`steps` with the one that fails, or that has one behind it which does."""

    def fail(run: Any) -> None:
        happens()
        _raise(run) if failure.how is How.EXCEPTION else _refuse(run)

    before, step, behind = steps[: failure.number - 1], steps[failure.number - 1], steps[failure.number :]
    if failure.place is Place.BEFORE:
        step = step._replace(forward=_instead(step.forward, fail))
    elif failure.place is Place.AFTER:
        step = step._replace(forward=_and_then(step.forward, fail))
    elif failure.place is Place.COMMIT:
        step = step._replace(forward=_instead(step.forward, lambda run: _unfounded(happens)))
    elif failure.place is Place.BEHIND:
        return [*before, step, _step(fail, number=len(steps) + 1, kind=_kind_behind(step)), *behind]
    return [*before, step, *behind]


def _kind_behind(step: Step) -> StepKind:
    """Outside of the step's transaction, unless the step has nothing but that to be undone by."""
    return StepKind.DATABASE if step.kind is StepKind.DATABASE and not step.rollback else StepKind.EXTERNAL


def _step(forward: Callable[[Any], None], *, number: int, kind: StepKind) -> Step:
    return Step(
        number=number,
        forward=forward,
        rollback=None,
        args=(),
        kwargs={},
        kind=kind,
        arguments={"args": [], "kwargs": {}},
        reference=reference_to(forward),
        policy=policy_of(forward),
    )


def _instead(forward: Callable[..., None], fail: Callable[[Any], None]) -> Callable[..., None]:
    @functools.wraps(forward)
    def failing_before(run: Any, *args: Any, **kwargs: Any) -> None:
        fail(run)
        forward(run, *args, **kwargs)

    return failing_before


def _and_then(forward: Callable[..., None], fail: Callable[[Any], None]) -> Callable[..., None]:
    @functools.wraps(forward)
    def failing_after(run: Any, *args: Any, **kwargs: Any) -> None:
        with suppress(StepEnded):
            forward(run, *args, **kwargs)
        fail(run)

    return failing_after


def _raise(run: Any) -> None:
    raise Boom


@context_manager(set_contexts={"common": ["result", "result_status"]})
def _refuse(run: Any) -> None:
    run.set_context_value("result", {"msg": "No."})
    run.set_context_value("result_status", How.STATUS.value)


def _unfounded(happens: Callable[[], None]) -> None:
    """Write a session of nobody: its foreign key is checked at the commit, which fails."""
    happens()
    session_service.create(id=uuid4(), user_id=uuid4(), refresh_id="-", expires_at=now())
