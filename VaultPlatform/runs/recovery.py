"""Runs whose process has died, or that wait for a time: taken over, and undone or gone on with."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.utils.timezone import now

from Orchestrators import Plan
from Orchestrators.Codec import decode
from Orchestrators.Errors import OwnershipLost, StagingError, UnknownValue
from Orchestrators.Journal import Event, RunState
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from Orchestrators.Progress import StepState, described
from VaultPlatform.audit import use_actor
from VaultPlatform.host.here import why_off_here
from VaultPlatform.runs import due, outbox, owners
from VaultPlatform.runs.journal import Record
from VaultPlatform.runs.planes import Plane, plane_of

log = logging.getLogger("vault.runs")
#: Processes that may die over a run before a person has to look.
MAX_ATTEMPTS = 5
#: Runs that are looked at together.
PORTION = 50
UNFINISHED = (RunState.PENDING.value, RunState.RUNNING.value, RunState.COMPENSATING.value)
#: What waits for a person.
WAITING = (RunState.STUCK.value, RunState.BLOCKED.value)
#: Of runs and tasks that a message to the workers is enough for.
WAITS_FOR_WORKER = ExpressionWrapper(
    Q(state=RunState.PENDING.value, owner__isnull=True), output_field=BooleanField()
)
_UNREADABLE = (UnknownValue, StagingError)


def release(organisation: str, run_id: UUID) -> None:
    """Have whoever can look after a run of this process whose state could not be written, and after its events."""
    plane, owner = plane_of(organisation), owners.known_owner()
    if plane is None or owner is None:
        return
    due.have_visited(organisation, now())
    with plane.entered():
        plane.runs.filter(id=run_id, owner=owner.id).update(owner=None, next_attempt=now())
        if plane.organisation is not None:
            outbox.release(run_id, owner=owner.id)


class Left(NamedTuple):
    """A run that somebody has to look after."""

    id: UUID
    #: Whether it has not begun, and a message may do.
    waits: bool


def left_by(plane: Plane, *, dead: UUID | None) -> list[Left]:
    """Runs here that a dead process has left, or that nobody owns and that are due; the oldest first.

    Those come last that wait for a worker, of which there may be any number.
    """
    found = Q(owner__isnull=True, next_attempt__lte=now())
    if dead is not None:
        found |= Q(owner=dead)
    rows = plane.runs.filter(found, ended_at__isnull=True, state__in=UNFINISHED)
    ordered = rows.annotate(waits=WAITS_FOR_WORKER).order_by("waits", "id")
    return [Left(*row) for row in ordered.values_list("id", "waits")[:PORTION]]


def take_up(plane: Plane, run_id: UUID, *, dead: UUID | None = None, by_hand: bool = False) -> str:
    """Take a run over and bring it to an end; returns the state that it is in then, "" if somebody else has it.

    Parameters: `dead`, the process that owned it; `by_hand`, for one that waits for a person. It is called inside of
    the plane's organisation. Raises nothing that the run raises.
    """
    row = plane.runs.get(id=run_id)
    may = row is not None and (row.state in UNFINISHED or (by_hand and row.ended_at is None))
    if row is None or not may or (row.owner is not None and row.owner != dead):
        return ""
    if not claim(plane, row):
        return ""
    record = Record(plane=plane, keeps_intents=True, epoch=row.epoch)
    try:
        with use_actor(row.actor["kind"], row.actor["id"], row.actor["name"]):
            return _brought_to_an_end(row, record, by_hand=by_hand)
    except OwnershipLost:
        return ""
    except Exception:
        log.exception("run %s could not be brought to an end now; it is tried again", run_id)
        owners.this_owner().abandoned.append((plane.key, run_id))
        return ""


def park(plane: Plane, run_id: UUID, *, epoch: int, state: RunState, error: str) -> str:
    """Have a person look at a run; returns the state."""
    parked = plane.runs.filter(id=run_id, epoch=epoch)
    parked.update(
        state=state.value, error=error, owner=None, next_attempt=None, updated_at=now(), epoch=F("epoch") + 1
    )
    due.watch(plane.key)
    log.error("run %s is %s: %s", run_id, state.value, error)
    return state.value


def claim(plane: Plane, row: Any) -> bool:
    """Make a run or task this process's own, unless it is not as `row` says any more; `row` follows."""
    owner = owners.ensure_known(plane.key)
    claimed = plane.runs.filter(id=row.id, epoch=row.epoch)
    started = {"state": RunState.RUNNING.value} if row.state == RunState.PENDING.value else {}
    done = claimed.update(
        owner=owner,
        epoch=F("epoch") + 1,
        attempts=F("attempts") + 1,
        next_attempt=None,
        updated_at=now(),
        **started,
    )
    row.epoch += 1
    row.attempts += 1
    return bool(done)


def _brought_to_an_end(row: Any, record: Record, *, by_hand: bool) -> str:
    if row.attempts > MAX_ATTEMPTS and not by_hand:
        why = f"{row.attempts - 1} processes have died over it; retry it, or settle it. {row.error}"
        return park(record.plane, row.id, epoch=record.epoch, state=RunState.STUCK, error=why.strip())
    try:
        run, execution = restored(row)
    except _UNREADABLE as error:
        return park(record.plane, row.id, epoch=record.epoch, state=RunState.BLOCKED, error=described(error))
    record.bind(row.id)
    unknown = next((mark for mark in execution.marks if mark.state is StepState.BEGUN), None)
    if unknown is not None and unknown.step.policy.unknown == "wait" and not by_hand:
        why = f"nobody knows whether {unknown.step} has happened; retry it, or settle the run"
        return park(record.plane, row.id, epoch=record.epoch, state=RunState.STUCK, error=why)
    forward = _goes_forward(row, execution.marks, unknown)
    if forward and (off := _off_before_it_began(execution.marks)) is not None:
        why = f"{off}; enable it and retry, or settle the run"
        return park(record.plane, row.id, epoch=record.epoch, state=RunState.BLOCKED, error=why)
    _go(row, execution, record, forward=forward)
    if execution.state is RunState.COMPLETED:
        run.tell_ended(execution)
    return str(execution.state.value)


def _off_before_it_began(marks: Sequence[Any]) -> str | None:
    """Why a run that has done nothing yet is not to begin: a step of it is of a plugin that is off here."""
    if any(mark.state is not StepState.STAGED for mark in marks):
        return None  # what was begun is brought to an end, whoever's it is
    return next(filter(None, (why_off_here(mark.step.forward) for mark in marks)), None)


def _go(row: Any, execution: Any, record: Record, *, forward: bool) -> None:
    """Go on with a run, or undo it. Raises what keeps it from an end; what its steps raise is in the journal."""
    try:
        if forward:
            execution.resume(record)
        else:
            execution.compensate(record, error=row.error or "its process died")
    except Exception as error:
        if execution.state in (RunState.RUNNING, RunState.COMPENSATING):
            raise
        log.warning("run %s ended as %s: %s", row.id, execution.state.value, described(error))


def _goes_forward(row: Any, marks: Sequence[Any], unknown: Any) -> bool:
    """Whether a run is gone on with, instead of being undone."""
    states = {mark.state for mark in marks}
    if row.state == RunState.COMPENSATING.value or states & {StepState.UNDONE, StepState.NOT_UNDONE}:
        return False
    if row.cancel_requested:
        return False
    if states <= {StepState.STAGED} and row.queue:
        return True  # it was handed over, and has not begun
    policy = unknown.step.policy.unknown if unknown is not None else None
    return bool(row.resumable) if policy is None else policy != "compensate"


def restored(row: Any) -> tuple[Any, Any]:
    """The run that `row` was written from, and its execution, as far as it had come.

    Raises UnknownValue or StagingError if it cannot be read any more.
    """
    plan = row.plan
    run = OrchestratorRegistry.restored(row.name, id=row.id)
    steps = [Plan.read(number, item, run=run) for number, item in enumerate(plan["steps"], start=1)]
    done = [step for step in row.steps if step["state"] not in ("staged", "failed")]
    told = [*plan["events"], *(event for step in done for event in step.get("events", []))]
    noted = [*plan["notes"], *(note for step in done for note in step.get("notes", []))]
    execution = run.restore(
        steps,
        start={key: plan[key] for key in ("values", "events", "notes", "withholds_result")},
        progress=row.steps,
        events=[Event(hook_name=name, kwargs=decode(kwargs)) for name, kwargs in told],
        notes=noted,
        resumable=row.resumable,
    )
    return run, execution
