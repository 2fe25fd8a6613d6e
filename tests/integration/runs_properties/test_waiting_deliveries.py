"""Events that wait for an earlier one of their entity keep no other entity's waiting, however many they are."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import now

from Orchestrators.Journal import ToFunction, install_delivery
from VaultPlatform.runs import outbox
from VaultPlatform.runs.planes import current_plane
from VaultPlatform.runs.service import (
    delivery_service,
    due_organisation_service,
    owned_organisation_service,
    run_owner_service,
)
from VaultPlatform.runs.sweep import sweep_once


@pytest.fixture
def told() -> Iterator[list[str]]:
    """Names of the hooks that are told."""
    told: list[str] = []

    def tell(hook_name: str, _: Mapping[str, Any]) -> None:
        told.append(hook_name)

    previous = install_delivery(ToFunction(tell))
    yield told
    install_delivery(previous)


def queued(hook_name: str, entity: str, *, seconds: int, **more: Any) -> Any:
    """An event of a run of its own, due in so many seconds."""
    return delivery_service.create(
        run_id=uuid4(),
        hook_name=hook_name,
        listener="function",
        kwargs={},
        entity=entity,
        attempts=1,
        next_attempt=now() + timedelta(seconds=seconds),
        **more,
    )


def test_what_waits_for_an_earlier_event_hides_nothing_that_is_due(org: Any, told: list[str]) -> None:
    queued("on_first", "thing:1", seconds=60)
    for _ in range(outbox.PORTION + 1):
        queued("on_later", "thing:1", seconds=-1)
    queued("on_other", "thing:2", seconds=-1)
    assert outbox.deliver_due(current_plane()) == 1
    assert told == ["on_other"]


def test_what_waits_is_handed_over_when_its_process_has_died(org: Any, told: list[str]) -> None:
    """The earlier event is another's; once that has been told, so is the later one."""
    dead = run_owner_service.create(
        id=uuid4(), host="elsewhere", pid=1, lease_until=now() - timedelta(seconds=1)
    )
    owned_organisation_service.create(owner_id=dead.id, organisation=org.key)
    earlier = queued("on_first", "thing:1", seconds=60)
    queued("on_later", "thing:1", seconds=0, owner=dead.id)
    sweep_once()
    assert (told, run_owner_service.get(id=dead.id)) == ([], None)
    delivery_service.update(earlier, next_attempt=now())
    due_organisation_service.filter(organisation=org.key).update(due_at=now())
    sweep_once()
    assert told == ["on_first", "on_later"]
