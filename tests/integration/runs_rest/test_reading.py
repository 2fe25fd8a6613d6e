"""Runs to look at, for administrators: all of an organisation's, and nothing of what they carry."""

import json
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from tests.clients import Client
from tests.integration.runs_rest.steps import SECRET, completed, staged, stuck
from VaultPlatform.runs.service import run_service

SHOWN = {
    *("id", "name", "kind", "state", "steps", "progress", "status", "error", "actor", "request_id"),
    *("queue", "attempts", "next_attempt", "cancel_requested", "created_at", "updated_at", "ended_at"),
}


@pytest.fixture
def vault(org: Any, client_for: Any) -> SimpleNamespace:
    """One run that has ended well and, after it, one that is stuck."""
    admin = client_for(org)
    run_service.bulk_delete({"created_at__isnull": False})  # what signing in has left
    return SimpleNamespace(org=org, admin=admin, completed=str(completed()), stuck=str(stuck()))


def listed(client: Client, **query: Any) -> list[str]:
    response = client.get("/vault/runs", query)
    assert response.status_code == 200, response.content
    return [run["id"] for run in response.json()["results"]]


def test_the_newest_comes_first_in_pages(vault: SimpleNamespace) -> None:
    assert listed(vault.admin) == [vault.stuck, vault.completed]
    page = vault.admin.get("/vault/runs", {"limit": 1, "offset": 1}).json()
    assert ([run["id"] for run in page["results"]], page["total"]) == ([vault.completed], 2)


def test_a_run_shows_how_far_each_step_is(vault: SimpleNamespace) -> None:
    run = vault.admin.get(f"/vault/runs/{vault.stuck}").json()
    assert run.keys() == SHOWN
    assert (run["state"], run["kind"], run["ended_at"]) == ("stuck", "run", None)
    told, failed = run["steps"]
    assert told == {
        "name": "tests.integration.runs_rest.steps:tell",
        "state": "not undone",
        "attempts": 1,
        "error": "Boom: nobody answers",
    }
    assert (failed["state"], failed["error"]) == ("failed", "Boom: no")
    assert "Boom: no" in run["error"]


def test_a_run_that_has_ended_well_says_when(vault: SimpleNamespace) -> None:
    run = vault.admin.get(f"/vault/runs/{vault.completed}").json()
    assert (run["state"], run["error"]) == ("completed", "")
    assert run["ended_at"] >= run["created_at"]


def test_the_list_shows_what_the_run_shows(vault: SimpleNamespace) -> None:
    one = vault.admin.get("/vault/runs", {"state": "stuck"}).json()["results"]
    assert one == [vault.admin.get(f"/vault/runs/{vault.stuck}").json()]


def test_runs_are_searched_by_state_name_and_kind(vault: SimpleNamespace) -> None:
    assert listed(vault.admin, state="completed") == [vault.completed]
    assert listed(vault.admin, name="tell", state="stuck") == [vault.stuck]
    assert listed(vault.admin, name="tel") == []
    assert listed(vault.admin, kind="task") == []
    assert len(listed(vault.admin, kind="run")) == 2


@pytest.mark.parametrize(
    "query", [{"state": "lost"}, {"kind": "thing"}, {"limit": 0}, {"name": "x" * 201}, {"name": "a\0b"}]
)
def test_what_cannot_be_searched_is_a_400(vault: SimpleNamespace, query: dict[str, Any]) -> None:
    assert vault.admin.get("/vault/runs", query).status_code == 400


def test_an_unknown_run_is_a_404(vault: SimpleNamespace) -> None:
    assert vault.admin.get(f"/vault/runs/{uuid4()}").status_code == 404
    assert vault.admin.get("/vault/runs/nothing").status_code == 404


def test_no_answer_holds_arguments_context_or_result(vault: SimpleNamespace) -> None:
    ids = (vault.completed, vault.stuck)
    kept = list(run_service.filter(id__in=ids))
    assert all(SECRET in json.dumps(row.plan) for row in kept)
    assert all(SECRET in json.dumps(row.steps) for row in kept)
    assert SECRET in json.dumps(run_service.get(id=vault.completed).result)
    run_service.filter(id__in=ids).update(
        response={"body": SECRET}, request_hash=SECRET, idempotency_key=None
    )
    run_service.filter(id=vault.stuck).update(idempotency_key=SECRET)
    paths = ["/vault/runs", "/vault/runs?state=stuck", *(f"/vault/runs/{run_id}" for run_id in ids)]
    answers = [vault.admin.get(path) for path in paths]
    answers.append(
        vault.admin.post(f"/vault/runs/{vault.stuck}/settle", {"outcome": "completed", "note": "n"})
    )
    assert [answer.status_code for answer in answers] == [200] * 5
    assert [answer.request["PATH_INFO"] for answer in answers if SECRET.encode() in answer.content] == []


def test_what_is_hidden_is_not_even_read(vault: SimpleNamespace) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        listed(vault.admin)
    [page] = [each["sql"] for each in queries if "ORDER BY" in each["sql"]]
    assert "steps" in page
    assert "plan" not in page and "idempotency_key" not in page


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_runs_are_for_administrators(vault: SimpleNamespace, client_for: Any, role: str) -> None:
    member = client_for(vault.org, role)
    for path in ("runs", f"runs/{vault.stuck}", "runs/deliveries"):
        assert member.get(f"/vault/{path}").status_code == 403
    for verb in ("cancel", "retry", "settle"):
        assert member.post(f"/vault/runs/{vault.stuck}/{verb}").status_code == 403
    assert member.post("/vault/runs/deliveries/1/replay").status_code == 403
    assert run_service.get(id=vault.stuck).state == "stuck"


def test_each_organisation_has_its_own(vault: SimpleNamespace, make_org: Any, client_for: Any) -> None:
    other = client_for(make_org())
    assert not {vault.stuck, vault.completed} & set(listed(other))
    assert other.get(f"/vault/runs/{vault.stuck}").status_code == 404
    assert other.post(f"/vault/runs/{vault.stuck}/retry").status_code == 404


def test_a_run_that_waits_for_a_worker_is_listed(vault: SimpleNamespace) -> None:
    run_id = staged().enqueue("low")
    run = vault.admin.get(f"/vault/runs/{run_id}").json()
    assert (run["state"], run["queue"], run["steps"][0]["state"]) == ("pending", "low", "staged")
    assert run["next_attempt"] > run["created_at"]
