"""What people and programs get to see of runs and of their events: how far they are, and nothing of what they carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q

from Orchestrators.Journal import RunState
from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy
from VaultPlatform.runs.planes import Plane
from VaultPlatform.runs.service import (
    delivery_service,
    due_organisation_service,
    owned_organisation_service,
)
from VaultPlatform.tenancy.directory import as_value
from VaultPlatform.tenancy.service import organisation_service

#: Never shown, and never read for it: arguments, context and answers, of which nobody knows what they hold.
HIDDEN = ("plan", "result", "response", "idempotency_key", "request_hash")
#: States in which a run that has not ended waits for a person.
_WAITING = (RunState.STUCK.value, RunState.BLOCKED.value)
_STEP = ("name", "state", "attempts", "error")
#: Columns of a run that are shown as they are, behind its steps.
_PLAIN = (
    *("progress", "status", "error", "actor", "request_id", "queue", "attempts", "next_attempt"),
    *("cancel_requested", "created_at", "updated_at", "ended_at"),
)


def plane_named(slug: str) -> Plane:
    """The plane of the organisation `slug`; the site's own for "". Raises NotFound."""
    return Plane(organisation=tenancy.find_organisation(slug) if slug else None)


def list_runs(plane: Plane, **lookups: str) -> Any:
    """The runs of a plane, the newest first, as a query to be evaluated while its organisation is entered.

    `lookups` are those of the table, such as `state` and `name`.
    """
    return plane.runs.filter(**lookups).defer(*HIDDEN).order_by("-id")


def find_run(plane: Plane, run_id: UUID) -> Any:
    """The row of one run, to be shown. Raises NotFound."""
    row = list_runs(plane).filter(id=run_id).first()
    if row is None:
        raise errors.bad_request.NotFound("There is no run of that id.")
    return row


def list_deliveries(plane: Plane, state: str = "") -> Any:
    """Events of a plane that are still to be delivered, or were given up, the oldest first.

    Parameters: `state`, "waiting" or "given_up"; both without. Events of the site's own runs are not kept.
    """
    if plane.organisation is None:
        return []
    lookups = {"next_attempt__isnull": state == "given_up"} if state else {}
    return delivery_service.filter(**lookups).defer("kwargs").order_by("id")


def shown_run(row: Any) -> dict[str, Any]:
    """A run without what it was given, knows and has answered."""
    return {
        "id": str(row.id),
        "name": row.name,
        "kind": row.kind,
        "state": row.state,
        "steps": [_shown_step(step) for step in row.steps],
        **{name: getattr(row, name) for name in _PLAIN},
    }


def _shown_step(step: dict[str, Any]) -> dict[str, Any]:
    """By name: beside these, a step keeps what it wrote into the context."""
    return {"attempts": 0, "error": "", **{name: step[name] for name in _STEP if name in step}}


def shown_delivery(row: Any) -> dict[str, Any]:
    """One event for one listener, without its arguments."""
    return {
        "id": row.id,
        "state": "waiting" if row.next_attempt else "given_up",
        "hook": row.hook_name,
        "listener": row.listener,
        "entity": row.entity,
        "attempts": row.attempts,
        "next_attempt": row.next_attempt,
        "error": row.error,
        "run_id": str(row.run_id),
    }


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """What is left to do in one plane."""

    #: How many runs are in each state but the final ones.
    runs: dict[str, int]
    #: When the first of those began that wait for no person.
    oldest: datetime | None
    waiting: int = 0
    given_up: int = 0


def backlog_of(plane: Plane) -> Backlog:
    """What is left to do in a plane, in a query for its runs and one for its events."""
    with plane.entered():
        open_runs = plane.runs.filter(ended_at__isnull=True).order_by().values("state")
        found = list(open_runs.annotate(count=Count("id"), oldest=Min("created_at")))
        began = [each["oldest"] for each in found if each["state"] not in _WAITING]
        return Backlog(
            runs={each["state"]: each["count"] for each in found},
            oldest=min(began, default=None),
            **_open_deliveries(plane),
        )


def _open_deliveries(plane: Plane) -> dict[str, int]:
    if plane.organisation is None:
        return {}
    given_up = Q(next_attempt__isnull=True)
    counted: dict[str, int] = delivery_service.filter().aggregate(
        waiting=Count("id", filter=~given_up), given_up=Count("id", filter=given_up)
    )
    return counted


def keys_at_work() -> list[str]:
    """Keys of organisations that may have something to do, as the site's database knows them; the earliest due first.

    Those are the ones in which something is due or a process may have runs. Two queries, however many there are.
    """
    due = due_organisation_service.filter().order_by("due_at").values_list("organisation", flat=True)
    owned = owned_organisation_service.filter().order_by("organisation")
    return [key for key in dict.fromkeys([*due, *owned.values_list("organisation", flat=True)]) if key]


def planes_of(keys: list[str]) -> Iterator[Plane]:
    """The planes of organisations by their keys, but those that are gone or in the middle of their migrations."""
    for row in organisation_service.filter(key__in=keys):
        if (organisation := as_value(row)).migrated:
            yield Plane(organisation=organisation)
