"""What administrators do about runs: cancel, retry, settle."""

from typing import Any
from uuid import uuid4

import pytest

from tests.clients import Client
from tests.integration.runs_rest.steps import away, completed, staged, stuck
from VaultPlatform.audit.service import audit_entry_service
from VaultPlatform.runs.service import run_service

SETTLED = {"outcome": "compensated", "note": "called them, they have taken it back"}


@pytest.fixture
def admin(org: Any, client_for: Any) -> Client:
    client: Client = client_for(org)
    return client


def last_entry() -> Any:
    return audit_entry_service.filter().order_by("-seq")[0]


def test_a_stuck_run_is_retried_once_the_world_is_there(admin: Client) -> None:
    run_id = stuck()
    away.clear()
    run = admin.post(f"/vault/runs/{run_id}/retry")
    assert (run.status_code, run.json()["state"]) == (200, "compensated")
    assert [step["state"] for step in run.json()["steps"]] == ["undone", "failed"]
    entry = audit_entry_service.get(action="run.retried")
    assert entry is not None
    assert (entry.actor_id, entry.entity_id) == (admin.id, str(run_id))


def test_one_that_still_cannot_be_undone_stays_stuck(admin: Client) -> None:
    run = admin.post(f"/vault/runs/{stuck()}/retry")
    assert (run.status_code, run.json()["state"]) == (200, "stuck")


def test_a_stuck_run_is_settled_with_a_note(admin: Client) -> None:
    run_id = stuck()
    run = admin.post(f"/vault/runs/{run_id}/settle", SETTLED)
    assert (run.status_code, run.json()["state"]) == (200, "compensated")
    assert run.json()["ended_at"]
    entry = last_entry()
    assert (entry.action, entry.entity_id, entry.actor_id) == ("run.settled", str(run_id), admin.id)
    assert SETTLED["note"] in entry.payload
    assert admin.post(f"/vault/runs/{run_id}/settle", SETTLED).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"outcome": "completed"},
        {"outcome": "completed", "note": " "},
        {"outcome": "stuck", "note": "n"},
        {**SETTLED, "state": "completed"},
        {**SETTLED, "note": "x" * 1001},
    ],
)
def test_without_outcome_and_note_nothing_is_settled(admin: Client, body: dict[str, str]) -> None:
    run_id = stuck()
    assert admin.post(f"/vault/runs/{run_id}/settle", body).status_code == 400
    row = run_service.get(id=run_id)
    assert row is not None and row.state == "stuck"


def test_a_run_that_waits_is_cancelled_and_never_begins(admin: Client) -> None:
    run_id = staged().enqueue()
    run = admin.post(f"/vault/runs/{run_id}/cancel")
    assert (run.status_code, run.json()["state"]) == (200, "compensated")
    assert run.json()["error"] == "cancelled before it began"
    assert (last_entry().action, last_entry().entity_id) == ("run.cancelled", run_id)


def test_one_that_runs_is_asked_to_stop(admin: Client) -> None:
    run_id = completed()
    run_service.filter(id=run_id).update(state="running", ended_at=None)
    run = admin.post(f"/vault/runs/{run_id}/cancel").json()
    assert (run["state"], run["cancel_requested"]) == ("running", True)


@pytest.mark.parametrize("verb", ["cancel", "retry", "settle"])
def test_what_has_ended_stays_as_it_is(admin: Client, verb: str) -> None:
    run_id = completed()
    response = admin.post(f"/vault/runs/{run_id}/{verb}", SETTLED if verb == "settle" else None)
    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert "completed" in response.json()["msg"]
    row = run_service.get(id=run_id)
    assert row is not None and row.state == "completed"


@pytest.mark.parametrize("verb", ["cancel", "retry", "settle"])
def test_an_unknown_run_is_a_404(admin: Client, verb: str) -> None:
    response = admin.post(f"/vault/runs/{uuid4()}/{verb}", SETTLED if verb == "settle" else None)
    assert response.status_code == 404


def test_acting_on_a_run_is_no_run(admin: Client) -> None:
    """So it takes no key for being sent twice, and leaves no row of its own."""
    run_id = stuck()
    before = run_service.filter().count()
    refused = admin.post(f"/vault/runs/{run_id}/settle", SETTLED, headers={"Idempotency-Key": "a"})
    assert refused.status_code == 400
    assert admin.post(f"/vault/runs/{run_id}/settle", SETTLED).status_code == 200
    assert run_service.filter().count() == before
