"""What becomes of runs that somebody has to look after: taken over, cancelled, tried again, settled, blocked."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F
from django.utils.timezone import now

from Orchestrators.ContextManager import context_manager, external_step
from Orchestrators.Errors import OwnershipLost, RunCancelled
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from tests.integration.runs import steps
from tests.integration.runs.outside import Ledger
from VaultErrors.BackendErrors import errors
from VaultPlatform.runs import handling, owners, recovery
from VaultPlatform.runs.planes import current_plane
from VaultPlatform.runs.service import (
    owned_organisation_service,
    run_owner_service,
    run_service,
)
from VaultPlatform.runs.sweep import sweep_once

pytestmark = pytest.mark.usefixtures("ledger_org")
during: list[Any] = []


@external_step
@context_manager()
def meanwhile(run: Any) -> None:
    """Do what the test has put in."""
    for act in during:
        act(run)


@external_step
@context_manager()
def cannot(run: Any) -> None:
    """A rollback that fails until the test allows it."""
    if during:
        raise steps.Boom("still away")


@pytest.fixture(autouse=True)
def _nothing_during() -> Any:
    yield
    during.clear()


def staged(kinds: str = "") -> Any:
    run = OrchestratorRegistry.get("main")
    steps.stage(run, kinds)
    return run


def row_of(run: Any) -> Any:
    return run_service.get(id=run.id)


def test_a_run_taken_over_stops_and_what_it_has_open_is_rolled_back(ledger: Ledger) -> None:
    run = staged("E")
    run.add_step(meanwhile, None)
    steps.stage(run, "D")
    during.append(lambda _: run_service.filter(id=run.id).update(epoch=F("epoch") + 1, owner=uuid4()))
    with pytest.raises(OwnershipLost):
        run.execute()
    assert steps.rows() == []
    assert row_of(run).state == "running"


def test_who_was_stopped_for_longer_than_the_lease_asks_before_it_goes_on(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = staged()
    run.add_step(meanwhile, None)
    steps.stage(run, "E")

    def stopped(_: Any) -> None:
        run_service.filter(id=run.id).update(epoch=F("epoch") + 1)
        monkeypatch.setattr(owners.this_owner(), "renewed", -1e9)

    during.append(stopped)
    with pytest.raises(OwnershipLost):
        run.execute()
    assert ledger.presented() == {}


def test_a_process_elsewhere_is_taken_for_dead_when_its_lease_is_over(ledger: Ledger) -> None:
    run = staged("EE")
    run.execute()
    other = uuid4()
    run_owner_service.create(id=other, host="elsewhere", pid=1, lease_until=now() + timedelta(seconds=30))
    owned_organisation_service.create(owner_id=other, organisation=current_plane().key)
    steps_then = row_of(run).steps
    steps_then[1]["state"] = "begun"
    run_service.filter(id=run.id).update(owner=other, state="running", ended_at=None, steps=steps_then)
    sweep_once()
    assert row_of(run).state == "running"
    run_owner_service.filter(id=other).update(lease_until=now() - timedelta(seconds=1))
    sweep_once()
    assert row_of(run).state == "compensated"
    assert set(ledger.effects().values()) == {0}
    assert run_owner_service.get(id=other) is None


def test_a_run_that_was_cancelled_is_undone_at_its_next_step(ledger: Ledger) -> None:
    run = staged("E")
    run.add_step(meanwhile, None)
    steps.stage(run, "D")
    during.append(lambda run: handling.cancel(current_plane(), run.id))
    with pytest.raises(RunCancelled):
        run.execute()
    assert row_of(run).state == "compensated"
    assert (steps.rows(), set(ledger.effects().values())) == ([], {0})
    with pytest.raises(errors.bad_request.Conflict):
        handling.cancel(current_plane(), run.id)


def test_a_waiting_run_that_was_cancelled_never_begins(ledger: Ledger) -> None:
    run = staged("ED")
    run.enqueue()
    handling.cancel(current_plane(), run.id)
    assert recovery.take_up(current_plane(), run.id) == ""
    assert (row_of(run).state, ledger.presented()) == ("compensated", {})


def test_a_run_that_is_stuck_is_tried_again_when_somebody_says_so(ledger: Ledger) -> None:
    run = staged()
    run.add_step(steps.call, cannot, "x")
    steps.stage(run, "!")
    during.append("away")
    with pytest.raises(steps.Boom):
        run.execute()
    assert row_of(run).state == "stuck"
    assert "still away" in row_of(run).error
    assert handling.retry(current_plane(), run.id).state == "stuck"
    during.clear()
    assert handling.retry(current_plane(), run.id).state == "compensated"
    with pytest.raises(errors.bad_request.Conflict):
        handling.retry(current_plane(), run.id)


def test_a_run_is_settled_with_a_note(ledger: Ledger) -> None:
    run = staged()
    run.add_step(steps.call, cannot, "x")
    steps.stage(run, "!")
    during.append("away")
    with pytest.raises(steps.Boom):
        run.execute()
    plane = current_plane()
    with pytest.raises(errors.bad_request.ValidationError):
        handling.settle(plane, run.id, outcome="compensated", note=" ")
    with pytest.raises(errors.bad_request.ValidationError):
        handling.settle(plane, run.id, outcome="running", note="x")
    assert (
        handling.settle(plane, run.id, outcome="compensated", note="refunded by hand").state == "compensated"
    )


@pytest.mark.parametrize("change", ["gone", "version", "arguments"])
def test_a_run_whose_step_is_another_by_now_is_blocked_and_goes_on_when_it_is_back(
    ledger: Ledger, change: str
) -> None:
    run = staged("E")
    run.enqueue()
    plan = row_of(run).plan
    [step] = plan["steps"]
    changed = {
        "gone": {"forward": "tests.integration.runs.steps:no_more"},
        "version": {"version": 7},
        "arguments": {"kwargs": {"of": "old"}},
    }[change]
    run_service.filter(id=run.id).update(plan={**plan, "steps": [{**step, **changed}]})
    assert recovery.take_up(current_plane(), run.id) == "blocked"
    assert row_of(run).error
    run_service.filter(id=run.id).update(plan=plan)
    assert handling.retry(current_plane(), run.id).state == "completed"


def test_a_run_over_which_processes_keep_dying_waits_for_a_person(ledger: Ledger) -> None:
    run = staged("E")
    run.enqueue()
    run_service.filter(id=run.id).update(attempts=recovery.MAX_ATTEMPTS)
    assert recovery.take_up(current_plane(), run.id) == "stuck"
    assert "processes have died" in row_of(run).error
    assert ledger.presented() == {}


def test_what_a_run_notes_and_queues_before_a_death_is_there_after_it(ledger: Ledger) -> None:
    """Its events, the entries of its audit trail and who has had it done are written down with it."""
    run = staged("D")
    run.resumable = True
    run.note_audit("thing.made", entity_type="Thing", entity_id=1)
    run.queue_event("on_entity_created", entity_type="Thing", entity_id="1")
    run.enqueue()
    assert recovery.take_up(current_plane(), run.id) == "completed"
    from VaultPlatform.audit.service import audit_entry_service

    assert audit_entry_service.filter(action="thing.made").count() == 1


def test_an_organisation_that_cannot_be_visited_keeps_no_other_one_waiting(
    ledger: Ledger, make_org: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from VaultPlatform import tenancy
    from VaultPlatform.runs import rows
    from VaultPlatform.runs.service import due_organisation_service

    broken, here, outlook = make_org(), current_plane(), rows.outlook
    due_organisation_service.create(organisation=broken.key, due_at=now() - timedelta(hours=2))
    run = staged("E")
    run.enqueue()
    run_service.filter(id=run.id).update(next_attempt=now() - timedelta(hours=1))
    due_organisation_service.filter(organisation=here.key).update(due_at=now() - timedelta(hours=1))

    def failing(plane: Any) -> Any:
        if plane.key == broken.key:
            raise RuntimeError("no such table: run")
        return outlook(plane)

    monkeypatch.setattr(rows, "outlook", failing)
    with tenancy.outside():
        sweep_once()
    assert row_of(run).next_attempt > now()
    assert due_organisation_service.filter(organisation=broken.key, due_at__lt=now()).exists()
    due_organisation_service.delete(broken.key)
