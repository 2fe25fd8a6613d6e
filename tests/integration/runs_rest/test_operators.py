"""What operators see and do: the runs of any organisation, and those of the site itself."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from Orchestrators.Identifiers import time_ordered_id
from tests.integration.runs_rest.steps import SECRET, away, staged, stuck
from VaultPlatform import tenancy
from VaultPlatform.audit.service import audit_entry_service, site_audit_entry_service
from VaultPlatform.runs.service import delivery_service, run_service, site_run_service

SETTLED = {"outcome": "completed", "note": "it had happened"}


@pytest.fixture
def site(make_org: Any, operator_client: Any) -> SimpleNamespace:
    """An organisation with a stuck run, and an operator of the site; no organisation is the current one."""
    org = make_org()
    with tenancy.use(org):
        run_id = str(stuck())
    query = f"?org={org.slug}"
    return SimpleNamespace(
        org=org, run=run_id, path=f"/vault/site/runs/{run_id}", query=query, operator=operator_client()
    )


def site_run(state: str) -> UUID:
    """The id of a row of the site's own."""
    actor = {"kind": "operator", "id": "1", "name": "olga"}
    row = site_run_service.create(
        id=time_ordered_id(), name="site", state=state, steps=[], actor=actor, result={"value": SECRET}
    )
    return UUID(str(row.pk))


def test_an_operator_sees_the_runs_of_an_organisation(site: SimpleNamespace) -> None:
    listed = site.operator.get(f"/vault/site/runs{site.query}&state=stuck").json()
    assert (listed["total"], listed["results"][0]["id"]) == (1, site.run)
    one = site.operator.get(site.path + site.query)
    assert one.json() == listed["results"][0]
    assert SECRET.encode() not in one.content


def test_without_an_organisation_they_are_the_sites_own(site: SimpleNamespace) -> None:
    own = site_run("stuck")
    listed = site.operator.get("/vault/site/runs?state=stuck&limit=200")
    assert str(own) in [run["id"] for run in listed.json()["results"]]
    assert site.run.encode() not in listed.content and SECRET.encode() not in listed.content
    assert site.operator.get(f"/vault/site/runs/{own}").json()["state"] == "stuck"
    assert site.operator.get(site.path).status_code == 404
    assert site.operator.post(f"/vault/site/runs/{own}/settle", SETTLED).json()["state"] == "completed"
    entry = site_audit_entry_service.get(action="run.settled", entity_id=str(own))
    assert entry is not None and entry.actor_id == site.operator.id


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("get", "runs"),
        ("get", "runs/deliveries"),
        ("get", f"runs/{UUID(int=1)}"),
        ("post", f"runs/{UUID(int=1)}/cancel"),
        ("post", f"runs/{UUID(int=1)}/retry"),
        ("post", f"runs/{UUID(int=1)}/settle"),
        ("post", "runs/deliveries/1/replay"),
    ],
)
def test_an_unknown_organisation_is_a_404(site: SimpleNamespace, verb: str, path: str) -> None:
    body = SETTLED if path.endswith("settle") else None
    response = getattr(site.operator, verb)(f"/vault/site/{path}?org=nobody", body)
    assert response.status_code == 404
    assert "nobody" in response.json()["msg"]


def test_an_organisation_without_a_name_is_a_400(site: SimpleNamespace) -> None:
    """What a program with an empty variable sends is no order to act on the site's own."""
    assert site.operator.get("/vault/site/runs?org=").status_code == 400
    assert site.operator.post(f"{site.path}/retry?org=").status_code == 400


def test_an_operator_retries(site: SimpleNamespace) -> None:
    away.clear()
    response = site.operator.post(f"{site.path}/retry{site.query}")
    assert (response.status_code, response.json()["state"]) == (200, "compensated")
    with tenancy.use(site.org):
        entry = audit_entry_service.get(action="run.retried")
    assert entry is not None
    assert (entry.actor_kind, entry.actor_id) == ("operator", site.operator.id)


def test_an_operator_settles(site: SimpleNamespace) -> None:
    response = site.operator.post(f"{site.path}/settle{site.query}", SETTLED)
    assert (response.status_code, response.json()["state"]) == (200, "completed")
    with tenancy.use(site.org):
        assert run_service.get(id=site.run).state == "completed"  # type: ignore[union-attr]


def test_an_operator_cancels(site: SimpleNamespace) -> None:
    with tenancy.use(site.org):
        run_id = staged().enqueue()
    response = site.operator.post(f"/vault/site/runs/{run_id}/cancel{site.query}")
    assert (response.status_code, response.json()["state"]) == (200, "compensated")


def test_an_operator_has_an_event_delivered_again(site: SimpleNamespace) -> None:
    with tenancy.use(site.org):
        row = delivery_service.create(
            run_id=uuid4(), hook_name="on_x", listener="A", kwargs={"a": SECRET}, next_attempt=None
        )
    path = f"/vault/site/runs/deliveries{site.query}"
    [event] = site.operator.get(path).json()["results"]
    assert (event["id"], event["state"]) == (row.pk, "given_up")
    again = f"/vault/site/runs/deliveries/{row.pk}/replay"
    assert site.operator.post(again).status_code == 404
    assert site.operator.post(again + site.query).status_code == 200
    assert site.operator.get(path + "&state=given_up").json()["total"] == 0
    assert site.operator.get("/vault/site/runs/deliveries").json() == {"results": [], "total": 0}


def test_these_routes_are_for_operators(site: SimpleNamespace, client_for: Any) -> None:
    admin = client_for(site.org)
    assert admin.get("/vault/site/runs").status_code == 401
    for verb in ("cancel", "retry", "settle"):
        assert admin.post(f"{site.path}/{verb}{site.query}", SETTLED).status_code == 401
