"""Events of runs that could not be delivered: to look at, and to have delivered again."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from Orchestrators.Journal import ToFunction, install_delivery
from tests.clients import Client
from tests.integration.runs_rest.steps import SECRET, Boom, staged
from VaultPlatform.runs.outbox import MAX_ATTEMPTS
from VaultPlatform.runs.service import delivery_service
from VaultPlatform.runs.sweep import sweep_once


@pytest.fixture
def admin(org: Any, client_for: Any) -> Client:
    client: Client = client_for(org)
    return client


class Listener:
    """Takes events of entities that are archived, or is broken."""

    def __init__(self) -> None:
        self.broken = True
        self.told: list[str] = []

    def __call__(self, hook_name: str, kwargs: Any) -> None:
        if hook_name != "on_entity_archived":
            return
        if self.broken:
            raise Boom("not now")
        self.told.append(f"{hook_name} {kwargs['entity_id']}")


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    previous = install_delivery(ToFunction(listener))
    yield listener
    install_delivery(previous)


def told(entity_id: str) -> UUID:
    """The id of a run that has ended well and told of an entity."""
    run = staged()
    run.queue_event("on_entity_archived", entity_type="Document", entity_id=entity_id, secret=SECRET)
    run.execute()
    return UUID(str(run.id))


def given_up(entity_id: str) -> int:
    """The id of an event of which the site has given up."""
    row = delivery_service.filter(run_id=told(entity_id))[0]
    delivery_service.update(row, attempts=MAX_ATTEMPTS, next_attempt=None)
    return int(row.pk)


def listed(client: Client, **query: Any) -> list[dict[str, Any]]:
    response = client.get("/vault/runs/deliveries", query)
    assert response.status_code == 200, response.content
    return list(response.json()["results"])


def test_what_could_not_be_delivered_is_listed_without_its_arguments(
    admin: Client, listener: Listener
) -> None:
    run_id = told("one")
    [event] = listed(admin)
    assert event.pop("next_attempt")
    assert event.pop("id") > 0
    assert event == {
        "state": "waiting",
        "hook": "on_entity_archived",
        "listener": "function",
        "entity": "document:one",
        "attempts": 1,
        "error": "Boom: not now",
        "run_id": str(run_id),
    }
    assert SECRET not in str(admin.get("/vault/runs/deliveries").content)


def test_events_that_wait_and_those_given_up_are_told_apart(admin: Client, listener: Listener) -> None:
    lost, run_id = given_up("one"), told("two")
    assert [event["run_id"] for event in listed(admin, state="waiting")] == [str(run_id)]
    [event] = listed(admin, state="given_up")
    assert (event["id"], event["state"], event["next_attempt"]) == (lost, "given_up", None)
    assert [event["entity"] for event in listed(admin)] == ["document:one", "document:two"]
    assert admin.get("/vault/runs/deliveries", {"state": "lost"}).status_code == 400


def test_what_was_given_up_is_delivered_when_it_is_replayed(admin: Client, listener: Listener) -> None:
    lost = given_up("one")
    sweep_once()
    listener.broken = False
    sweep_once()
    assert listener.told == []
    response = admin.post(f"/vault/runs/deliveries/{lost}/replay")
    assert (response.status_code, response.json()) == (200, {"id": lost})
    sweep_once()
    assert listener.told == ["on_entity_archived one"]
    assert listed(admin) == []


def test_only_what_was_given_up_is_replayed(admin: Client, listener: Listener) -> None:
    told("one")
    [event] = listed(admin)
    for delivery_id in (event["id"], event["id"] + 1000):
        assert admin.post(f"/vault/runs/deliveries/{delivery_id}/replay").status_code == 404
    assert listed(admin) == [event]


def test_a_replay_is_entered_into_the_audit_trail(admin: Client, listener: Listener) -> None:
    lost = given_up("one")
    admin.post(f"/vault/runs/deliveries/{lost}/replay")
    newest = admin.get("/vault/audit", {"limit": 1}).json()["results"][0]
    assert (newest["actor"]["id"], newest["route"]) == (
        admin.id,
        "vault/runs/deliveries/<int:delivery_id>/replay",
    )


def test_each_organisation_has_its_own(
    admin: Client, listener: Listener, make_org: Any, client_for: Any
) -> None:
    lost = given_up(str(uuid4()))
    other = client_for(make_org())
    assert listed(other) == []
    assert other.post(f"/vault/runs/deliveries/{lost}/replay").status_code == 404
