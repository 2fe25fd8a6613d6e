"""Messages about what waits for a worker, which are sent again where one was lost, and no oftener."""

from typing import Any

from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from tests.integration.runs_properties.steps import stage
from VaultPlatform.runs import sweep
from VaultPlatform.runs.planes import current_plane
from VaultPlatform.runs.service import run_service


def test_sweeps_that_find_the_same_run_at_the_same_time_hint_at_it_once(org: Any) -> None:
    run = OrchestratorRegistry.get("main")
    stage(run, "E")
    run.enqueue()
    row = run_service.get(id=run.id)
    assert [sweep._hinted_again(current_plane(), row, task="") for _ in range(2)] == [True, False]
