"""How far the step that is running says it is: a column of its run, for whoever looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

from Orchestrators.Errors import OwnershipLost
from VaultPlatform.runs.planes import Plane

#: Between two writes of one run's progress.
SECONDS = 1.0


@dataclass
class Reported:
    """When a run's progress was last written."""

    at: float = float("-inf")

    def write(self, plane: Plane, run_id: UUID, epoch: int, progress: Mapping[str, Any]) -> None:
        """Write it, if that is due and no transaction is open, which would hide it.

        Raises OwnershipLost if the run is not at `epoch` any more, or was cancelled.
        """
        moment = monotonic()
        if plane.in_transaction or moment - self.at < SECONDS:
            return
        ours = plane.runs.filter(id=run_id, epoch=epoch, cancel_requested=False)
        if not ours.update(progress=dict(progress)):
            raise OwnershipLost(f"Run {run_id} was cancelled, or another process has taken it over.")
        self.at = moment
