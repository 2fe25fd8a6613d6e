"""Background tasks in the journal: a row each, from the moment when it is sent until it has ended well."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.timezone import now

from Orchestrators.Codec import decode, encode
from Orchestrators.Errors import UnknownValue
from Orchestrators.Identifiers import time_ordered_id
from Orchestrators.Journal import RunState
from Orchestrators.Progress import described
from VaultErrors.BackendErrors import errors
from VaultPlatform.runs import due, recovery, rows
from VaultPlatform.runs.journal import HINT, asked_by
from VaultPlatform.runs.planes import Plane, current_plane
from VaultPlatform.runs.progress import Reported
from VaultPlatform.runs.queues import QUEUES

log = logging.getLogger("vault.runs")
KIND = "task"
#: Characters of a traceback that are kept, from its end.
_MAX_TRACEBACK = 4000


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A task that this process has taken up."""

    plane: Plane
    id: UUID
    epoch: int
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    reported: Reported = field(default_factory=Reported)

    def report(self, progress: Mapping[str, Any]) -> None:
        """Show how far it is. Raises OwnershipLost if somebody has cancelled it."""
        self.reported.write(self.plane, self.id, self.epoch, progress)

    def cancelled(self) -> bool:
        """Whether it was cancelled, and has ended so."""
        requested = self.plane.runs.filter(id=self.id, epoch=self.epoch, cancel_requested=True)
        return bool(requested) and self._end(RunState.COMPENSATED, error="cancelled")

    def done(self) -> None:
        """It has ended well."""
        self._end(RunState.COMPLETED, error="")

    def failed(self, error: BaseException) -> None:
        """It has failed: a person may look, and have it tried again."""
        trace = "".join(traceback.format_exception(error))[-_MAX_TRACEBACK:]
        log.error("task %s failed: %s", self.id, described(error))
        due.watch(self.plane.key)
        self._end(RunState.STUCK, error=f"{described(error)}\n{trace}")

    def set_aside(self, why: str) -> None:
        """It is not to be run as things are: a person may change that, and have it tried again."""
        error = f"{why}; enable it and retry, or settle it"
        recovery.park(self.plane, self.id, epoch=self.epoch, state=RunState.BLOCKED, error=error)

    def _end(self, state: RunState, *, error: str) -> bool:
        ours = self.plane.runs.filter(id=self.id, epoch=self.epoch)
        moment = now()
        written = ours.update(
            state=state.value,
            error=error,
            owner=None,
            updated_at=moment,
            ended_at=moment if state.is_final else None,
            epoch=F("epoch") + 1,
        )
        return bool(written)


def keep(name: str, args: Sequence[Any], kwargs: Mapping[str, Any], *, queue: str, at: datetime) -> str:
    """Write a task down, with the open transaction; returns its id. `at`: when it is to run.

    Raises UnwritableValue for arguments that cannot be written down.
    """
    plane, task_id = current_plane(), time_ordered_id()
    row = {
        "id": task_id,
        "name": name[:200],
        "kind": KIND,
        "state": RunState.PENDING.value,
        "steps": [],
        "plan": _plan(args, kwargs, name),
        "queue": queue,
        "next_attempt": at + HINT,
        **asked_by(),
    }
    due.have_visited(plane.key, at + HINT)
    rows.run_fenced(plane.connection, [rows.begun(plane, row)], fenced=False)
    return str(task_id)


def put_off(task_id: UUID, args: Sequence[Any], kwargs: Mapping[str, Any], *, at: datetime) -> None:
    """A task that this process has taken up asks to be tried again at `at`, with these arguments."""
    plane = current_plane()
    due.have_visited(plane.key, at + HINT)
    plane.runs.filter(id=task_id, ended_at__isnull=True).update(
        state=RunState.PENDING.value,
        plan=_plan(args, kwargs, "the task"),
        owner=None,
        next_attempt=at + HINT,
        attempts=0,
        epoch=F("epoch") + 1,
    )


def take_up(task_id: UUID) -> Taken | None:
    """Take a waiting task up; None if another process has it, or it has ended, or is not to be run any more."""
    plane = current_plane()
    row = plane.runs.get(id=task_id)
    if row is None or row.state != RunState.PENDING.value or row.cancel_requested:
        return None
    if not recovery.claim(plane, row):
        return None
    try:
        args, kwargs = decode(row.plan["args"]), decode(row.plan["kwargs"])
    except UnknownValue as error:
        recovery.park(plane, task_id, epoch=row.epoch, state=RunState.BLOCKED, error=described(error))
        return None
    return Taken(plane=plane, id=task_id, epoch=row.epoch, args=args, kwargs=kwargs)


def wait_again(plane: Plane, row: Any) -> bool:
    """Have a task wait again whose process has died over it; False if that has happened too often."""
    if row.attempts >= recovery.MAX_ATTEMPTS:
        error = f"{row.attempts} processes have died over it; retry it, or settle it"
        recovery.park(plane, row.id, epoch=row.epoch, state=RunState.STUCK, error=error)
        return False
    at = now() + HINT
    due.have_visited(plane.key, at)
    waiting = plane.runs.filter(id=row.id, epoch=row.epoch)
    return bool(
        waiting.update(state=RunState.PENDING.value, owner=None, next_attempt=at, epoch=F("epoch") + 1)
    )


def _plan(args: Sequence[Any], kwargs: Mapping[str, Any], name: str) -> dict[str, Any]:
    what = f"An argument of {name}"
    return {"args": encode(list(args), what=what), "kwargs": encode(dict(kwargs), what=what)}


def attempted(send: Callable[[], Any], *, task: str) -> None:
    """Try to send a message; one that cannot be sent is sent by the sweep."""
    try:
        send()
    except Exception as error:  # noqa: BLE001  # whatever a broker that is away makes of it
        log.warning("the broker cannot be reached, so %s waits: %s", task, error)


def queue_of(task: Any) -> str:
    """The queue that a task goes to by its own word or by the settings. Raises ValidationError for one there is not."""
    route = task.app.amqp.router.route({}, task.name)
    queue = getattr(task, "queue", None) or route.get("queue")
    name = str(getattr(queue, "name", queue) or task.app.conf.task_default_queue)
    if name not in QUEUES:
        raise errors.bad_request.ValidationError(
            f"There is no queue '{name}'; the queues are {', '.join(QUEUES)}."
        )
    return name


def time_of(options: Mapping[str, Any]) -> datetime:
    """When a task is to run that is sent with these options of Celery's."""
    if options.get("eta") is not None:
        eta: datetime = options["eta"]
        return eta
    return now() + timedelta(seconds=float(options.get("countdown") or 0))
