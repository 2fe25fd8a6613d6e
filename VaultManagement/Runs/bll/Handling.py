"""What people do about runs and events. None of it is a run: it acts on one, and stays out of its transactions."""
# checklist: allow bll-split: steps are what PostApisbll holds, and these are none

from __future__ import annotations

from typing import Any
from uuid import UUID

from VaultPlatform.runs import handling, outbox
from VaultPlatform.runs.planes import Plane
from VaultPlatform.runs.reading import shown_run


def cancel_run(plane: Plane, *, run_id: UUID) -> dict[str, Any]:
    """Cancel a run that waits or runs; returns it. Raises NotFound, Conflict."""
    with plane.entered():
        return shown_run(handling.cancel(plane, run_id))


def retry_run(plane: Plane, *, run_id: UUID) -> dict[str, Any]:
    """Try again what a run that waits for a person could not do; returns it. Raises NotFound, Conflict."""
    with plane.entered():
        return shown_run(handling.retry(plane, run_id))


def settle_run(plane: Plane, *, run_id: UUID, outcome: str, note: str) -> dict[str, Any]:
    """Close a run that waits for a person as `outcome`; returns it. Raises NotFound, Conflict, ValidationError."""
    with plane.entered():
        return shown_run(handling.settle(plane, run_id, outcome=outcome, note=note))


def replay_delivery(plane: Plane, *, delivery_id: int) -> dict[str, Any]:
    """Have an event delivered again that was given up; returns its id. Raises NotFound."""
    with plane.entered():
        outbox.replay(plane, delivery_id)
    return {"id": delivery_id}
