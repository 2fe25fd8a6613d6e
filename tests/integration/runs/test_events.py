"""Events are rows from the commit of their run until each listener has taken them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils.timezone import now

from Orchestrators.ContextManager import context_manager, db_step
from Orchestrators.Journal import install_delivery
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultErrors.BackendErrors import errors
from VaultPlatform.runs import outbox
from VaultPlatform.runs.planes import current_plane
from VaultPlatform.runs.service import delivery_service, due_organisation_service
from VaultPlatform.runs.sweep import sweep_once


class Listeners:
    """Two listeners, of which some fail."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, Any]] = []
        self.failing: set[str] = set()

    def listeners(self, hook_name: str) -> Sequence[str]:
        return () if hook_name == "on_nothing" else ("one", "two")

    def deliver(self, listener: str, hook_name: str, kwargs: Mapping[str, Any]) -> None:
        if listener in self.failing:
            raise RuntimeError("not now")
        self.told.append((listener, hook_name, kwargs.get("entity_id")))


@pytest.fixture
def listening(org: Any) -> Iterator[Listeners]:
    listeners = Listeners()
    previous = install_delivery(listeners)
    yield listeners
    install_delivery(previous)


@db_step
@context_manager()
def queue(orchestrator: Any, *hooks: str) -> None:
    for hook in hooks:
        name, _, entity = hook.partition(":")
        orchestrator.queue_event(name, entity_type="Thing", entity_id=entity)


def run(*hooks: str) -> None:
    main = OrchestratorRegistry.get("main")
    main.add_step(queue, None, *hooks)
    main.execute()


def time_passes(seconds: float = 7200) -> None:
    """What waits is due now."""
    delivery_service.filter(next_attempt__isnull=False).update(
        next_attempt=F("next_attempt") - timedelta(seconds=seconds)
    )
    due_organisation_service.filter().update(due_at=now() - timedelta(seconds=1))


def test_what_every_listener_has_taken_is_gone(listening: Listeners) -> None:
    run("on_a:1", "on_b:1")
    assert listening.told == [
        ("one", "on_a", "1"),
        ("two", "on_a", "1"),
        ("one", "on_b", "1"),
        ("two", "on_b", "1"),
    ]
    assert delivery_service.filter().count() == 0


def test_an_event_without_listeners_leaves_no_row(listening: Listeners) -> None:
    run("on_nothing:1")
    assert delivery_service.filter().count() == 0


def test_one_that_fails_is_told_later_and_the_others_at_once(listening: Listeners) -> None:
    listening.failing = {"one"}
    run("on_a:1")
    assert listening.told == [("two", "on_a", "1")]
    [row] = delivery_service.filter()
    assert (row.listener, row.attempts, row.owner) == ("one", 1, None)
    assert "not now" in row.error
    listening.failing = set()
    time_passes()
    sweep_once()
    assert listening.told == [("two", "on_a", "1"), ("one", "on_a", "1")]
    assert delivery_service.filter().count() == 0


def test_it_is_not_told_before_its_time(listening: Listeners) -> None:
    listening.failing = {"one"}
    run("on_a:1")
    listening.failing = set()
    due_organisation_service.filter().update(due_at=now() - timedelta(seconds=1))
    delivery_service.filter().update(next_attempt=now() + timedelta(minutes=1))
    sweep_once()
    assert len(listening.told) == 1


def test_a_listener_gets_the_events_of_an_entity_in_their_order(listening: Listeners) -> None:
    listening.failing = {"one"}
    run("on_a:1")
    listening.failing = set()
    run("on_b:1", "on_b:2")
    assert listening.told == [
        ("two", "on_a", "1"),
        ("two", "on_b", "1"),
        ("one", "on_b", "2"),
        ("two", "on_b", "2"),
    ]
    listening.told.clear()
    time_passes()
    sweep_once()
    assert listening.told == [("one", "on_a", "1"), ("one", "on_b", "1")]


def test_behind_one_that_fails_the_later_ones_of_the_same_run_wait(listening: Listeners) -> None:
    listening.failing = {"two"}
    run("on_a:1", "on_b:1", "on_c:2")
    assert [each.hook_name for each in delivery_service.filter(listener="two").order_by("id")] == [
        "on_a",
        "on_b",
        "on_c",
    ]
    assert delivery_service.filter(listener="one").count() == 0
    listening.failing = set()
    time_passes()
    sweep_once()
    told = [hook for listener, hook, _ in listening.told if listener == "two"]
    assert told.index("on_a") < told.index("on_b")
    assert sorted(told) == ["on_a", "on_b", "on_c"]


def test_after_many_failures_it_is_given_up_and_can_be_replayed(listening: Listeners) -> None:
    listening.failing = {"one"}
    run("on_a:1")
    for _ in range(outbox.MAX_ATTEMPTS):
        time_passes()
        sweep_once()
    [row] = delivery_service.filter()
    assert (row.attempts, row.next_attempt) == (outbox.MAX_ATTEMPTS, None)
    listening.failing = set()
    run("on_b:1")
    assert ("one", "on_b", "1") in listening.told
    outbox.replay(current_plane(), row.id)
    time_passes(0)
    sweep_once()
    assert listening.told[-1] == ("one", "on_a", "1")
    with pytest.raises(errors.bad_request.NotFound):
        outbox.replay(current_plane(), row.id)


def test_pauses_grow_and_end(listening: Listeners) -> None:
    class Row:
        hook_name = listener = "x"
        attempts = 0

    pauses = []
    for attempts in range(1, outbox.MAX_ATTEMPTS):
        Row.attempts = attempts
        at = outbox._next_attempt(Row)
        assert at is not None
        pauses.append(round((at - now()).total_seconds()))
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses == sorted(pauses)
    assert max(pauses) == 3600


def test_what_could_not_be_delivered_right_after_the_commit_is_delivered_later(
    listening: Listeners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the database goes away between the commit and the delivery."""
    from VaultPlatform.runs import owners, recovery

    def away(*_: Any) -> None:
        raise RuntimeError("away")

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "deliver", away)
        run("on_a:1")
    assert listening.told == []
    abandoned = owners.this_owner().abandoned
    while abandoned:
        recovery.release(*abandoned.pop())
    sweep_once()
    assert listening.told == [("one", "on_a", "1"), ("two", "on_a", "1")]
