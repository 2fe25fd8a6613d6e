"""Events of committed runs, from their commit to each of their listeners.

A row for each event and listener is written with the run. It is delivered at once by the process that made it, and is
gone when the listener has taken it; what failed, or died, the sweep delivers again, later and later, until it is given
up and kept for a person. One listener gets the events of one entity in their order.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import now

from Orchestrators.Codec import decode, encode
from Orchestrators.Faults import moment
from Orchestrators.Journal import Event, current_delivery
from Orchestrators.Progress import described
from VaultErrors.BackendErrors import errors
from VaultPlatform import audit
from VaultPlatform.runs import due, owners, rows
from VaultPlatform.runs.planes import Plane, plane_of
from VaultPlatform.runs.service import delivery_service

log = logging.getLogger("vault.runs")
#: A delivery is given up after so many attempts; with doubling pauses that is after some two and a half hours.
MAX_ATTEMPTS = 15
FIRST_PAUSE = timedelta(seconds=1)
MAX_PAUSE = timedelta(hours=1)
#: Deliveries that are looked at together.
PORTION = 50
#: Seconds after which a server has on disk what it was given, whether or not it was waited for.
SETTLED = 5.0


def queued(plane: Plane, run_id: UUID, events: Sequence[Event]) -> list[dict[str, Any]]:
    """The rows for each event and listener; this process is to deliver them."""
    if not events:
        return []
    delivery = current_delivery()
    reached = [(event, each) for event in events for each in delivery.listeners(event.hook_name)]
    if not reached:
        return []
    owner = owners.ensure_known(plane.key)
    return [
        {
            "run_id": run_id,
            "hook_name": event.hook_name,
            "listener": listener,
            "kwargs": encode(dict(event.kwargs), what=f"Event {event.hook_name}"),
            "entity": entity_of(event.kwargs),
            "owner": owner,
            "attempts": 1,
        }
        for event, listener in reached
    ]


def entity_of(kwargs: Mapping[str, Any]) -> str:
    """What an event is about, "" if it does not say: its entity, or what its first argument named ..._id names."""
    if "entity_id" in kwargs:
        return f"{kwargs.get('entity_type', 'entity')}:{kwargs['entity_id']}".lower()[:200]
    for name, value in kwargs.items():
        if name.endswith("_id"):
            return f"{name.removesuffix('_id')}:{value}".lower()[:200]
    return ""


def tell_all(events: Sequence[Event]) -> None:
    """Tell every listener now, of what is not kept: what fails is logged."""
    delivery = current_delivery()
    for event in events:
        for listener in delivery.listeners(event.hook_name):
            try:
                delivery.deliver(listener, event.hook_name, event.kwargs)
            except Exception:
                log.exception("%s failed at %s", listener, event.hook_name)


def deliver_due(plane: Plane, *, dead: UUID | None = None) -> int:
    """Deliver in the current organisation what is due, or was a dead process's; returns how many were tried."""
    tried = 0
    while True:
        theirs = Q(owner__isnull=True, next_attempt__lte=now())
        if dead is not None:
            theirs |= Q(owner=dead, next_attempt__isnull=False)
        found = list(_with_order(delivery_service.filter(theirs)).filter(waits=False)[:PORTION])
        claimed = [each for each in found if _claim(each, owners.ensure_known(plane.key))]
        if not claimed:
            if dead is not None:
                _hand_over(plane, dead)
            return tried
        tried += len(claimed)
        deliver(plane, claimed)


def _hand_over(plane: Plane, dead: UUID) -> None:
    """Have the sweep deliver what of a dead process's waits for an earlier event, which is somebody else's."""
    waiting = delivery_service.filter(owner=dead, next_attempt__isnull=False)
    if waiting.exists():
        at = now()
        due.have_visited(plane.key, at)
        waiting.update(owner=None, next_attempt=at)


def remove_again(owner: owners.Owner) -> None:
    """Remove once more what was removed hastily: a server that crashed at that moment has it still.

    It would wait for as long as this process lives, and whatever comes behind it as well.
    """
    settled = time.monotonic() - SETTLED
    old = [each for each in owner.removed[:] if each[0] < settled]
    for key in dict.fromkeys(key for _, key, _ in old):
        plane = plane_of(key)
        if plane is not None:
            with plane.entered():
                ids = [delivery_id for _, where, removed in old if where == key for delivery_id in removed]
                delivery_service.bulk_delete({"id__in": ids, "owner": owner.id})
    del owner.removed[: len(old)]


def release(run_id: UUID, *, owner: UUID) -> None:
    """Have the sweep deliver what the process `owner` was to deliver of a run."""
    theirs = delivery_service.filter(run_id=run_id, owner=owner, next_attempt__isnull=False)
    theirs.update(owner=None, next_attempt=now())


def replay(plane: Plane, delivery_id: int) -> None:
    """Have an event delivered again that was given up. Raises NotFound if there is none of that id."""
    if plane.organisation is None:
        raise errors.bad_request.NotFound(
            "Events of the site's own runs are not kept: say with --org or ?org= whose it is."
        )
    given_up = delivery_service.filter(id=delivery_id, next_attempt__isnull=True)
    at = now()
    due.have_visited(plane.key, at)
    if not given_up.update(next_attempt=at, attempts=0, owner=None):
        raise errors.bad_request.NotFound("There is no event of that id that was given up.")
    audit.record(action="delivery.replayed", entity_type="Delivery", entity_id=delivery_id)


def _with_order(deliveries: QuerySet[Any]) -> QuerySet[Any]:
    """In their order, each with whether one of another run, for the same listener and entity, comes first."""
    earlier = delivery_service.filter(
        entity=OuterRef("entity"),
        listener=OuterRef("listener"),
        id__lt=OuterRef("id"),
        next_attempt__isnull=False,
    ).exclude(run_id=OuterRef("run_id"))
    with_order: QuerySet[Any] = deliveries.annotate(waits=~Q(entity="") & Exists(earlier)).order_by("id")
    return with_order


def _claim(row: Any, owner: UUID) -> bool:
    same = {"owner": row.owner} if row.owner else {"owner__isnull": True}
    unchanged = delivery_service.filter(id=row.id, attempts=row.attempts, **same)
    row.attempts += 1
    return bool(unchanged.update(owner=owner, attempts=F("attempts") + 1))


def deliver(plane: Plane, claimed: Sequence[Any]) -> None:
    """Deliver rows that are this process's, in order; behind one that failed, or waits, its followers wait."""
    delivery, held, done = current_delivery(), set[tuple[str, str]](), []
    for row in claimed:
        line = (row.entity, row.listener)
        if row.waits or (row.entity and line in held):
            _put_off(plane, row, at=now())
            continue
        moment("before delivery")
        try:
            delivery.deliver(row.listener, row.hook_name, decode(row.kwargs))
        except Exception as error:
            log.exception("%s failed at %s; it is told again later", row.listener, row.hook_name)
            held.add(line)
            _put_off(plane, row, at=_next_attempt(row), error=described(error))
        else:
            done.append(row.id)
        moment("after delivery")
    if done and not rows.remove_deliveries(done):
        owners.this_owner().removed.append((time.monotonic(), plane.key, done))


def _next_attempt(row: Any) -> datetime | None:
    if row.attempts >= MAX_ATTEMPTS:
        log.error("event %s for %s was given up after %s attempts", row.hook_name, row.listener, row.attempts)
        return None
    pause: timedelta = min(FIRST_PAUSE * 2 ** (row.attempts - 1), MAX_PAUSE)
    return now() + pause


def _put_off(plane: Plane, row: Any, *, at: datetime | None, error: str = "") -> None:
    due.have_visited(plane.key, at or now() + due.WATCH)
    delivery_service.filter(id=row.id).update(owner=None, next_attempt=at, error=error)
