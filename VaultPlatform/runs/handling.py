"""What people do about runs: cancel one, try again what is stuck, settle what they have put right themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils.timezone import now

from Orchestrators.Journal import RunState
from VaultErrors.BackendErrors import errors
from VaultPlatform import audit
from VaultPlatform.runs import due, recovery
from VaultPlatform.runs.hints import hint
from VaultPlatform.runs.planes import Plane

#: How a run may be settled.
OUTCOMES = (RunState.COMPLETED.value, RunState.COMPENSATED.value)


def find(plane: Plane, run_id: UUID) -> Any:
    """The row of a run. Raises NotFound."""
    row = plane.runs.get(id=run_id)
    if row is None:
        raise errors.bad_request.NotFound("There is no run of that id.")
    return row


def cancel(plane: Plane, run_id: UUID) -> Any:
    """Cancel a run: one that waits never begins; of one that runs, what it has done is undone before its next step.

    Returns its row. Raises NotFound, or Conflict for one that has ended, is being undone or waits for a person.
    """
    row = find(plane, run_id)
    waiting = plane.runs.filter(id=run_id, epoch=row.epoch, owner__isnull=True, state=RunState.PENDING.value)
    moment = now()
    done = waiting.update(
        state=RunState.COMPENSATED.value,
        error="cancelled before it began",
        next_attempt=None,
        idempotency_key=None,
        ended_at=moment,
        updated_at=moment,
        epoch=F("epoch") + 1,
    )
    running = plane.runs.filter(id=run_id, state__in=(RunState.PENDING.value, RunState.RUNNING.value))
    if not done and not running.update(cancel_requested=True):
        row = find(plane, run_id)
        raise errors.bad_request.Conflict(
            f"This run is {row.state}; only one that waits or runs can be cancelled."
        )
    _enter("run.cancelled", plane, run_id)
    return find(plane, run_id)


def retry(plane: Plane, run_id: UUID) -> Any:
    """Try again what a run that is stuck or blocked could not do; returns its row, as it is after that.

    Raises NotFound, or Conflict for one that waits for nobody.
    """
    row = find(plane, run_id)
    _require_waiting(row)
    _enter("run.retried", plane, run_id)
    if row.kind == "task":
        due.have_visited(plane.key, now())
        plane.runs.filter(id=run_id, epoch=row.epoch).update(
            state=RunState.PENDING.value, attempts=0, next_attempt=now(), epoch=F("epoch") + 1, error=""
        )
        hint(plane.key, run_id, row.queue, task=row.name)
    else:
        recovery.take_up(plane, run_id, by_hand=True)
    return find(plane, run_id)


def settle(plane: Plane, run_id: UUID, *, outcome: str, note: str) -> Any:
    """Close a run that is stuck or blocked, which a person has looked into; returns its row.

    Parameters: `outcome`, "completed" or "compensated"; `note`, what was found and done, for the audit trail.
    Raises NotFound, Conflict for one that waits for nobody, ValidationError for another outcome or no note.
    """
    if outcome not in OUTCOMES:
        raise errors.bad_request.ValidationError(
            f"A run is settled as {' or '.join(OUTCOMES)}, not '{outcome}'."
        )
    if not note.strip():
        raise errors.bad_request.ValidationError(
            "Say in a note what was found and done: it is all that will be known."
        )
    row = find(plane, run_id)
    _require_waiting(row)
    moment = now()
    key = {"idempotency_key": None} if outcome == RunState.COMPENSATED.value else {}
    settled = plane.runs.filter(id=run_id, epoch=row.epoch).update(
        state=outcome, ended_at=moment, updated_at=moment, epoch=F("epoch") + 1, next_attempt=None, **key
    )
    if not settled:
        raise errors.bad_request.Conflict("Somebody else is at work on this run; look again.")
    _enter("run.settled", plane, run_id, outcome=outcome, note=note[:1000])
    return find(plane, run_id)


def forget_ended(plane: Plane) -> int:
    """Remove runs and tasks that ended longer ago than `Base.runs_kept_days`; how many."""
    until = now() - timedelta(days=settings.RUNS_KEPT_DAYS)
    return int(plane.runs.bulk_delete({"ended_at__lt": until}))


def _require_waiting(row: Any) -> None:
    if row.state not in recovery.WAITING:
        raise errors.bad_request.Conflict(
            f"This run is {row.state}; only one that is {' or '.join(recovery.WAITING)} waits for a person."
        )


def _enter(action: str, plane: Plane, run_id: UUID, **detail: str) -> None:
    record = audit.record if plane.organisation else audit.record_site
    record(action=action, entity_type="Run", entity_id=run_id, detail=detail)
