"""Text that not every database holds: what people read of it is written out, values of a run are refused."""

from typing import Any

import pytest

from Orchestrators.ContextManager import context_manager, external_step
from Orchestrators.Errors import UnwritableValue
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultPlatform.audit.service import audit_entry_service
from VaultPlatform.runs.service import run_service

ODD = "a\0b\ud800c"
WRITTEN_OUT = "a\\x00b\\ud800c"


@external_step
@context_manager()
def succeed(run: Any) -> None:
    run.note_audit(
        "odd.noted", entity_type="Odd", entity_id=ODD, detail={"said": [ODD], ODD: 1, "kept": True}
    )
    run.report_progress(1, note=ODD)


@external_step
@context_manager()
def fail(run: Any) -> None:
    raise ValueError(ODD)


@external_step
@context_manager()
def take(run: Any, value: Any) -> None:
    """Does nothing."""


def test_a_run_is_undone_whatever_its_exception_says(org: Any) -> None:
    run = OrchestratorRegistry.get("main")
    run.add_step(succeed, None)
    run.add_step(fail, None)
    with pytest.raises(ValueError, match="a\0b"):
        run.execute()
    row = run_service.get(id=run.id)
    assert (row.state, row.error) == ("compensated", f"ValueError: {WRITTEN_OUT}")


def test_what_a_step_notes_and_reports_is_kept(org: Any) -> None:
    run = OrchestratorRegistry.get("main")
    run.add_step(succeed, None)
    run.execute()
    assert run_service.get(id=run.id).state == "completed"
    [entry] = [each for each in audit_entry_service.filter() if each.action == "odd.noted"]
    assert entry.entity_id == WRITTEN_OUT
    assert '"said":["a\\\\x00b\\\\ud800c"]' in entry.payload
    assert '"kept":true' in entry.payload


@pytest.mark.parametrize("value", ["a\0b", "\ud800", {"a\0b": 1}, ["fine", ("a\0b",)]])
def test_such_values_are_refused_before_anything_is_done(org: Any, value: Any) -> None:
    run = OrchestratorRegistry.get("main")
    with pytest.raises(UnwritableValue, match="NUL character or half of a surrogate pair"):
        run.add_step(take, None, value)
