"""What a step logs says of which run and step it is."""

from typing import Any

import structlog
from structlog.contextvars import get_contextvars

from Orchestrators.ContextManager import context_manager, db_step
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry

seen: list[dict[str, Any]] = []


@db_step
@context_manager()
def look(_: Any) -> None:
    seen.append(get_contextvars())


def test_a_log_line_names_run_and_step(org: Any) -> None:
    seen.clear()
    run = OrchestratorRegistry.get("main")
    run.add_step(look, None)
    run.execute()
    assert seen[0]["run"] == str(run.id)
    assert seen[0]["step"].endswith("test_log_lines.look")
    assert "run" not in structlog.contextvars.get_contextvars()
