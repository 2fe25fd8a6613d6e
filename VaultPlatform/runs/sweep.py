"""The sweep: finds what a dead process has left, and what is due, and brings it to an end.

It asks only where something is to be found. Deaths on this machine show in lock files, so an idle sweep costs one query
every few seconds, however many organisations there are. It waits for nothing that takes long: see `works`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.timezone import now

from Orchestrators.Journal import RunState
from VaultPlatform.runs import due, outbox, owners, recovery, rows, tasks
from VaultPlatform.runs.hints import hint
from VaultPlatform.runs.journal import HINT
from VaultPlatform.runs.planes import Plane, own_connections, plane_of, planes_by_key
from VaultPlatform.runs.service import (
    due_organisation_service,
    owned_organisation_service,
    run_owner_service,
)
from VaultPlatform.runs.works import PATIENCE, Visit, Works

log = logging.getLogger("vault.runs")
#: Seconds between two looks at the lock files.
LOOK = 0.5
#: Seconds between two questions to the database.
ASK = 5.0
#: Hints that a sweep gives once more in one organisation before any of them is taken up.
HINTS = 50
#: Between two hints at a run that waits for a worker.
LONGEST = timedelta(minutes=10)


class Sweeper:
    """Sweeps in a thread of its own until it is stopped."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._sweep, name="vault-sweep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, when what is being done is done."""
        self._stopped.set()
        self._thread.join(timeout=30)

    def _sweep(self) -> None:
        asked = 0.0
        with Works(patience=PATIENCE) as works:
            while not self._stopped.wait(LOOK):
                asked += LOOK
                works.next_round()
                try:
                    with own_connections():
                        sweep_neighbours(works)
                        if asked >= ASK:
                            asked = 0.0
                            sweep_due(works)
                except Exception as error:  # noqa: BLE001  # as a database that is away; the next time it may be there
                    log.warning("the sweep failed, and goes on: %s", error)


def sweep_once() -> int:
    """Look everywhere once, and bring what is found to an end; how many organisations were visited."""
    with Works(patience=None) as works:
        return sweep_neighbours(works) + sweep_due(works)


def sweep_neighbours(works: Works) -> int:
    """Look after what processes of this machine have left that are dead by now."""
    visited = 0
    for owner, path in owners.dead_neighbours():
        if time.monotonic() < works.rests.get(owner, 0):
            continue
        visits = _look_after(owner, works)
        visited += len(visits)
        if run_owner_service.get(id=owner) is None:
            path.unlink(missing_ok=True)
            works.rests.pop(owner, None)
        elif not any(visit.found for visit in visits):
            works.rests[owner] = time.monotonic() + ASK
    return visited


def sweep_due(works: Works) -> int:
    """Look after what is due, and after what processes have left that cannot be seen, and whose lease is over."""
    visited = 0
    marks = list(due_organisation_service.filter(due_at__lte=now()).order_by("due_at"))
    planes = planes_by_key([mark.organisation for mark in marks])
    for mark in marks:
        with _on_its_own(mark.organisation):
            visited += _look_at(mark, planes.get(mark.organisation), works)
    for owner in list(run_owner_service.filter(lease_until__lt=now())):
        if owners.take_for_dead(owner):
            visited += len(_look_after(owner.id, works))
    return visited


@contextmanager
def _on_its_own(organisation: str) -> Iterator[None]:
    """What goes wrong in one organisation, such as one that is not migrated, keeps no other one waiting."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # it is visited again
        log.warning("the sweep could not visit %s, and comes again: %s", organisation or "the site", error)


def _look_at(mark: Any, plane: Plane | None, works: Works) -> int:
    """Visit the organisation that something is due in, if there is one; how many were visited."""
    if plane is None:
        due_organisation_service.delete(mark.organisation)
        return 0
    with plane.entered():
        ahead, moment = rows.outlook(plane), now()
        found = ahead.is_due(moment) and _bring_on(plane, Visit(works, plane.key), dead=None)
        if found:
            ahead = rows.outlook(plane)
    following = ahead.following(watch=moment + due.WATCH)
    due.visited(mark.organisation, seen=mark.due_at, found=found, following=following)
    return 1


def _look_after(owner: UUID, works: Works) -> list[Visit]:
    """Visit the organisations of a dead process; forget it where all that it has left is in the hands of another.

    Whoever takes a run or an event over makes it its own, so what takes long need not have ended.
    """
    visits = []
    for owned in list(owned_organisation_service.filter(owner_id=owner)):
        with _on_its_own(owned.organisation):
            plane = plane_of(owned.organisation)
            if plane is not None:
                visits.append(_take_over(plane, works, dead=owner))
                if visits[-1].left:
                    continue
            owned_organisation_service.delete(owned.id)
    if not owned_organisation_service.filter(owner_id=owner).exists():
        run_owner_service.delete(owner)
    return visits


def _take_over(plane: Plane, works: Works, *, dead: UUID) -> Visit:
    """Bring on what a dead process has left in one organisation, until nothing is found, or others have their turn."""
    visit = Visit(works, plane.key)
    with plane.entered():
        while not visit.left and _bring_on(plane, visit, dead=dead):
            visit.left |= visit.is_over()
    return visit


def _bring_on(plane: Plane, visit: Visit, *, dead: UUID | None) -> bool:
    """Begin what there is in one organisation, and wait for a while for its end; whether there was anything."""
    left = recovery.left_by(plane, dead=dead)
    begun = [
        visit.begin("run", each.id, _bring_to_an_end, plane, each.id, dead) for each in left if not each.waits
    ]
    begun += _hint_at(plane, visit, [each.id for each in left if each.waits], dead=dead)
    visit.wait()
    found = any(begun)
    if plane.organisation:
        delivering = visit.begin("events", dead, _deliver, plane, dead)
        visit.wait()
        found |= delivering is not None and not visit.was_needless(delivering)
    visit.found |= found
    return found


def _hint_at(
    plane: Plane, visit: Visit, waiting: Sequence[UUID], *, dead: UUID | None
) -> list[Future[object] | None]:
    """Begin to give hints once more at what waits for a worker, unless enough were given that nobody has taken up yet.

    Their messages stand behind others, so that more of them would not be taken up sooner.
    """
    if not waiting:
        return []
    hinted = visit.hinted
    if hinted:
        unheard = plane.runs.filter(
            id__in=hinted, owner__isnull=True, state=RunState.PENDING.value, next_attempt__gt=now()
        )
        hinted.intersection_update(unheard.values_list("id", flat=True))
    room = HINTS - len(hinted)
    works = {
        run_id: visit.begin("hint", run_id, _bring_to_an_end, plane, run_id, dead)
        for run_id in waiting[:room]
    }
    visit.wait()
    hinted.update(run_id for run_id, work in works.items() if work and not visit.was_needless(work))
    return list(works.values())


def _deliver(plane: Plane, dead: UUID | None) -> object:
    with own_connections(), plane.entered():
        return outbox.deliver_due(plane, dead=dead)


def _bring_to_an_end(plane: Plane, run_id: UUID, dead: UUID | None) -> object:
    with own_connections(), plane.entered():
        row = plane.runs.get(id=run_id)
        if row is None:
            return False
        task = row.name if row.kind == tasks.KIND else ""
        if row.state == RunState.PENDING.value and row.owner is None:
            return _hinted_again(plane, row, task=task)
        if task:
            return tasks.wait_again(plane, row) and hint(plane.key, row.id, row.queue, task=task)
        return recovery.take_up(plane, run_id, dead=dead)


def _hinted_again(plane: Plane, row: Any, *, task: str) -> bool:
    """Give the hint once more, and wait longer until the next time, unless the broker did not take it."""
    waited = (now() - row.created_at).total_seconds()
    at = now() + min(max(HINT, timedelta(seconds=waited)), LONGEST)
    unchanged = plane.runs.filter(id=row.id, epoch=row.epoch, next_attempt=row.next_attempt)
    if not unchanged.update(next_attempt=at):  # another process's sweep has come first
        return False
    if hint(plane.key, row.id, row.queue, task=task):
        return True
    plane.runs.filter(id=row.id, epoch=row.epoch, next_attempt=at).update(next_attempt=now() + HINT)
    return False
