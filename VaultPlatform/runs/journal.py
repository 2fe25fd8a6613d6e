"""The journal that survives its process: what the engine tells of a run becomes a row of the run's own database."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from Orchestrators import Plan
from Orchestrators.Codec import encode
from Orchestrators.Errors import OwnershipLost, RunStateError
from Orchestrators.Journal import Entry, RunState
from Orchestrators.Schema import RESULT, RESULT_STATUS
from VaultPlatform.audit.scope import acting, current_scope
from VaultPlatform.runs import due, idempotency, outbox, owners, rows
from VaultPlatform.runs.hints import hint
from VaultPlatform.runs.planes import Plane, current_plane
from VaultPlatform.runs.progress import Reported
from VaultPlatform.runs.queues import QUEUES
from VaultPlatform.tenancy.backends.closing import Call, Statement
from VaultPlatform.web.request_ids import request_id

if TYPE_CHECKING:
    from Orchestrators.Execution import Execution
    from Orchestrators.MainOrchestrator import MainOrchestrator

log = logging.getLogger(__name__)
#: After which a run that was handed to the queue, and taken up by nobody, is handed over again.
HINT = timedelta(seconds=30)


class Record:
    """One run's row."""

    def __init__(
        self, *, plane: Plane, keeps_intents: bool, epoch: int = 0, claim: idempotency.Claim | None = None
    ) -> None:
        """`epoch`: of the row, 0 if there is none yet; `claim`: the idempotency key that the run answers for."""
        self.keeps_intents = keeps_intents
        self.plane, self.epoch, self.claim = plane, epoch, claim
        self._connection = plane.connection
        self._run_id: UUID | None = None
        self._deliveries: list[rows.Delivery] = []
        #: Whether a commit was tried that events go with.
        self._queued = False
        self._owner: UUID | None = None
        self._reported = Reported()

    def bind(self, run_id: UUID) -> None:
        """Say whose record it is, before anything is written."""
        self._run_id = run_id
        self._owner = owners.ensure_known(self.plane.key)

    def write(self, entry: Entry) -> None:
        """See `Orchestrators.Journal.RunRecord`."""
        state, plane = entry.state, self.plane
        self._run_id = entry.run.id
        if not self.keeps_intents and state is not RunState.COMPLETED:
            return
        queued = self._queued_by(entry) if state is RunState.COMPLETED else []
        self._queued = bool(queued)
        if queued or not state.is_final:
            self._owner = owners.ensure_known(plane.key)
        if state is RunState.STUCK:
            due.watch(plane.key)
        fenced = self.epoch > 0
        only_if_written = not (fenced or self.keeps_intents or queued or self.claim)
        statements = self._statements(entry, queued, only_if_written=only_if_written)
        if plane.organisation is not None and self._connection.is_gathering:
            work = rows.AtCommit(
                statements,
                fenced=fenced,
                only_if_written=only_if_written,
                written=self._written,
                unknown=self.abandon,
            )
            self._connection.at_end(work)
            return
        rows.run_fenced(self._connection, statements, fenced=fenced)
        self._written()

    def transaction(self) -> AbstractContextManager[object]:
        """See `Orchestrators.Journal.RunRecord`."""
        return self.plane.transaction()

    def require_owned(self) -> None:
        """Raise OwnershipLost if this process was stopped for so long that another has taken the run over."""
        if not self.keeps_intents or not owners.may_have_lapsed() or self._run_id is None:
            return
        row = self.plane.runs.get(id=self._run_id)
        if row is None or row.epoch != self.epoch:
            raise OwnershipLost(f"Run {self._run_id} was taken over while this process was stopped.")

    def was_cancelled(self) -> bool:
        """Whether a write failed because somebody has cancelled the run."""
        row = self.plane.runs.get(id=self._run_id)
        return row is not None and row.epoch == self.epoch and row.cancel_requested

    def report(self, progress: Mapping[str, Any]) -> None:
        """See `Orchestrators.Journal.RunRecord`."""
        if self.keeps_intents and self._run_id is not None:
            self._reported.write(self.plane, self._run_id, self.epoch, progress)

    def abandon(self) -> None:
        """Have whoever can look after the run, or after its events if these are all that may be left of it."""
        if (self.keeps_intents or self._queued) and self._run_id is not None:
            owners.this_owner().abandoned.append((self.plane.key, self._run_id))

    def ended(self, entry: Entry) -> None:
        """Deliver the run's events at once; what fails is tried again later."""
        if self.claim is not None:
            self.claim.completed_by(entry)
        if self.plane.organisation is None:
            outbox.tell_all(entry.events)
        elif self._deliveries:
            try:
                outbox.deliver(self.plane, self._deliveries)
            except Exception:
                owners.this_owner().abandoned.append((self.plane.key, entry.run.id))
                raise

    def _written(self) -> None:
        self.epoch += 1

    def _statements(
        self, entry: Entry, queued: Sequence[Mapping[str, Any]], *, only_if_written: bool
    ) -> list[Statement | Call]:
        run, state, moment = entry.run, entry.state, datetime.now(UTC)
        values: dict[str, Any] = {
            "state": state.value,
            "steps": entry.steps,
            "error": entry.error,
            "updated_at": moment,
            "owner": None if state in _LEFT_ALONE else self._owner,
            "next_attempt": None,
            "ended_at": moment if state.is_final else None,
        }
        if state is RunState.COMPENSATED:
            values["idempotency_key"] = None
        if state is RunState.COMPLETED:
            values |= _answer(run, kept=self.claim is not None or self.keeps_intents)
        if self.epoch == 0:
            values |= new_row(run, plan=self.keeps_intents, claim=self.claim)
            values["created_at"] = moment
            row = rows.begun(self.plane, values, only_if_written=only_if_written)
        else:
            cancellable = state is RunState.RUNNING or state is RunState.COMPLETED
            row = rows.changed(self.plane, run.id, values, epoch=self.epoch, unless_cancelled=cancellable)
        if not queued:
            return [row]
        return [row, rows.deliveries_inserted(self.plane, queued, taken=self._deliveries.extend)]

    def _queued_by(self, entry: Entry) -> list[dict[str, Any]]:
        self._deliveries.clear()
        if self.plane.organisation is None:
            return []
        return outbox.queued(self.plane, entry.run.id, entry.events)


_LEFT_ALONE = (RunState.COMPLETED, RunState.COMPENSATED, RunState.STUCK, RunState.BLOCKED)


class DurableJournal:
    """Writes runs down in the database of their organisation, and those outside of any in the site's."""

    def begin(self, run: MainOrchestrator, *, is_one_transaction: bool) -> Record:
        """The record of a run that is about to be executed. Raises ValidationError for a second one on one key."""
        plane = current_plane()
        keeps_intents = not is_one_transaction and not plane.in_transaction
        return Record(plane=plane, keeps_intents=keeps_intents, claim=idempotency.taken_by(run))

    def enqueue(self, run: MainOrchestrator, execution: Execution, *, queue: str) -> None:
        """Keep the run, and hint at it to the workers once it is committed."""
        if queue not in QUEUES:
            raise RunStateError(f"There is no queue {queue!r}; the queues are {', '.join(QUEUES)}.")
        plane = current_plane()
        if plane.organisation is None:
            raise RunStateError(
                "enqueue() was called outside of any organisation; such runs are executed at once."
            )
        claim = idempotency.taken_by(run)
        at = now() + HINT
        values = {
            **new_row(run, plan=True, claim=claim),
            "state": RunState.PENDING.value,
            "steps": [mark.shown() for mark in execution.marks],
            "queue": queue,
            "next_attempt": at,
        }
        due.have_visited(plane.key, at)
        rows.run_fenced(plane.connection, [rows.begun(plane, values)], fenced=False)
        key, run_id = plane.key, run.id
        transaction.on_commit(lambda: hint(key, run_id, queue))


def new_row(run: MainOrchestrator, *, plan: bool, claim: idempotency.Claim | None) -> dict[str, Any]:
    """The columns that a run's row is made with and keeps."""
    row: dict[str, Any] = {"id": run.id, "name": _name_of(run)[:200], **asked_by()}
    if plan:
        row["resumable"] = run.resumable
        row["plan"] = {"steps": [Plan.written(step) for step in run.steps], **run.start}
    if claim is not None:
        row |= {"idempotency_key": claim.key, "request_hash": claim.request_hash()}
    return row


def asked_by() -> dict[str, Any]:
    """The columns that say who has something done, and by which request."""
    actor, scope = acting(), current_scope()
    return {
        "actor": {"kind": actor.kind, "id": actor.id, "name": actor.name},
        "request_id": request_id(scope.request)[:64] if scope else "",
    }


def _name_of(run: MainOrchestrator) -> str:
    if run.name != "main" or not run.steps:
        return run.name
    return str(getattr(run.steps[0].forward, "__name__", run.name))


def _answer(run: MainOrchestrator, *, kept: bool) -> dict[str, Any]:
    """Result and status, where somebody may ask for them again."""
    status = run.get_context_value(RESULT_STATUS, check_validation=False)
    if not kept or run.withholds_result:
        return {"status": status}
    result = run.get_context_value(RESULT, check_validation=False)
    # As text, since PostgreSQL would sort the keys of an object.
    text = rows.as_json(encode(result, what="The result"))
    return {"status": status, "result": {"text": text}}
