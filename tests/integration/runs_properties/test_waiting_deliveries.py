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
from VaultPlatform.runs.service import delivery_service


@pytest.fixture
def told() -> Iterator[list[str]]:
    """Names of the hooks that are told."""
    told: list[str] = []

    def tell(hook_name: str, _: Mapping[str, Any]) -> None:
        told.append(hook_name)

    previous = install_delivery(ToFunction(tell))
    yield told
    install_delivery(previous)


def queued(hook_name: str, entity: str, *, seconds: int) -> None:
    """An event of a run of its own, due in so many seconds."""
    delivery_service.create(
        run_id=uuid4(),
        hook_name=hook_name,
        listener="function",
        kwargs={},
        entity=entity,
        attempts=1,
        next_attempt=now() + timedelta(seconds=seconds),
    )


def test_what_waits_for_an_earlier_event_hides_nothing_that_is_due(org: Any, told: list[str]) -> None:
    queued("on_first", "thing:1", seconds=60)
    for _ in range(outbox.PORTION + 1):
        queued("on_later", "thing:1", seconds=-1)
    queued("on_other", "thing:2", seconds=-1)
    assert outbox.deliver_due(current_plane()) == 1
    assert told == ["on_other"]
