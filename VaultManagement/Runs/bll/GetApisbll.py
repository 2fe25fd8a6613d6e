"""Reads of runs and of events that are still to be delivered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from NimbusVaultConstants.CommonConstants.Paging import page_of
from VaultPlatform import tenancy
from VaultPlatform.runs import reading
from VaultPlatform.runs.planes import Plane


def plane_here() -> Plane:
    """The plane of the current organisation, whose member asks."""
    return Plane(organisation=tenancy.current())


def plane_named(*, org: str = "") -> Plane:
    """The plane of the organisation `org`, of which an operator asks; the site's own without. Raises NotFound."""
    return reading.plane_named(org)


def list_runs(plane: Plane, *, limit: int, offset: int, **filters: str) -> dict[str, Any]:
    """A page of runs, the newest first. `filters`: state, name, kind."""
    with plane.entered():
        return page_of(
            reading.list_runs(plane, **filters), limit=limit, offset=offset, shown=reading.shown_run
        )


def get_run(plane: Plane, *, run_id: UUID) -> dict[str, Any]:
    """One run. Raises NotFound."""
    with plane.entered():
        return reading.shown_run(reading.find_run(plane, run_id))


def list_deliveries(plane: Plane, *, limit: int, offset: int, state: str = "") -> dict[str, Any]:
    """A page of events that are still to be delivered or were given up, the oldest first. `state` chooses either."""
    with plane.entered():
        found = reading.list_deliveries(plane, state)
        return page_of(found, limit=limit, offset=offset, shown=reading.shown_delivery)
