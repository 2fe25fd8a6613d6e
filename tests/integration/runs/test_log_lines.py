"""What a step logs says of which run and step it is."""

import io
import json
import logging
from typing import Any

from structlog.stdlib import ProcessorFormatter

from Orchestrators.ContextManager import context_manager, db_step
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultPlatform.web.logs import configure_logging

log = logging.getLogger("tests.log_lines")


@db_step
@context_manager()
def look(_: Any) -> None:
    log.warning("looked")


def test_a_log_line_names_run_and_step(org: Any) -> None:
    lines = io.StringIO()
    options = dict(configure_logging(debug=False)["formatters"]["structured"])
    del options["()"]
    handler = logging.StreamHandler(lines)
    handler.setFormatter(ProcessorFormatter(**options))
    log.addHandler(handler)
    try:
        run = OrchestratorRegistry.get("main")
        run.add_step(look, None)
        run.execute()
        log.warning("after it")
    finally:
        log.removeHandler(handler)
    inside, after = (json.loads(line) for line in lines.getvalue().splitlines())
    assert inside["event"] == "looked"
    assert inside["run"] == str(run.id)
    assert inside["step"].endswith("test_log_lines.look")
    assert "run" not in after
    assert "step" not in after
