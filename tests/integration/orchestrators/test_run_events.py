"""Events reach hooks after the commit, and only of runs that ended well; the journal is told in time."""

from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction

from Orchestrators.Errors import RunStateError
from Orchestrators.Journal import RunState, ToFunction, install_delivery
from Orchestrators.Steps import StepKind
from tests.integration.orchestrators.ledger import Boom, StepFactory, committed_names, insert

DB, OWN, EXTERNAL = StepKind.DATABASE, StepKind.UNDECLARED, StepKind.EXTERNAL
Delivered = list[tuple[str, dict[str, Any]]]


def queue(orchestrator: Any, name: str, number: int) -> None:
    orchestrator.queue_event(name, number=number)


def test_events_are_delivered_in_order_after_the_last_commit(ledger: StepFactory, run: Any) -> None:
    seen: list[tuple[str, int, list[str]]] = []
    previous = install_delivery(
        ToFunction(lambda name, kwargs: seen.append((name, kwargs["number"], committed_names())))
    )
    try:
        run.queue_event("on_staged", number=0)
        run.add_step(queue, None, "on_first", 1)
        ledger.stage(run, "row", DB)
        run.add_step(queue, None, name="on_second", number=2)
        run.execute()
    finally:
        install_delivery(previous)
    assert seen == [("on_staged", 0, ["row"]), ("on_first", 1, ["row"]), ("on_second", 2, ["row"])]


@pytest.mark.parametrize("how", [{"fails": True}, {"status": 409}])
def test_a_failed_run_delivers_nothing(
    ledger: StepFactory, run: Any, delivered: Delivered, how: dict[str, Any]
) -> None:
    run.add_step(queue, None, "on_thing", 1)
    ledger.stage(run, "a", OWN, **how)
    with suppress(Boom):
        run.execute()
    assert delivered == []


def test_a_finished_run_delivers_what_was_queued_until_then(
    ledger: StepFactory, run: Any, delivered: Delivered
) -> None:
    run.add_step(queue, None, "on_before", 1)
    ledger.stage(run, "a", DB, finishes=True)
    run.add_step(queue, None, "on_after", 2)
    run.execute()
    assert delivered == [("on_before", {"number": 1})]


def test_inside_a_callers_transaction_events_wait_for_its_commit(
    ledger: StepFactory, run: Any, delivered: Delivered
) -> None:
    run.add_step(queue, None, "on_thing", 1)
    with transaction.atomic():
        run.execute()
        assert delivered == []
    assert delivered == [("on_thing", {"number": 1})]


def test_events_are_dropped_with_a_callers_transaction(
    ledger: StepFactory, run: Any, delivered: Delivered
) -> None:
    run.add_step(queue, None, "on_thing", 1)
    with suppress(Boom), transaction.atomic():
        run.execute()
        raise Boom
    assert delivered == []


def test_a_delivery_that_raises_is_logged_and_neither_fails_the_run_nor_stops_the_next(
    ledger: StepFactory, run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    def delivery(name: str, kwargs: Any) -> None:
        seen.append(name)
        raise Boom(name)

    run.add_step(queue, None, "on_one", 1)
    run.add_step(queue, None, "on_two", 2)
    ledger.stage(run, "a", DB, status=201)
    previous = install_delivery(ToFunction(delivery))
    try:
        assert run.execute() == "a"
    finally:
        install_delivery(previous)
    assert seen == ["on_one", "on_two"]
    assert run.state is RunState.COMPLETED
    assert committed_names() == ["a"]
    assert "Boom: on_one" in caplog.text


def test_a_journal_that_cannot_deliver_does_not_fail_a_committed_run(
    ledger: StepFactory, run: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from VaultPlatform.runs.journal import Record

    def ended(self: Any, entry: Any) -> None:
        raise Boom("the database is away")

    monkeypatch.setattr(Record, "ended", ended)
    run.add_step(queue, None, "on_one", 1)
    run.execute()
    assert "the database is away" in caplog.text


def test_an_event_that_no_delivery_was_installed_for_is_warned_about(
    ledger: StepFactory, run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    from Orchestrators.Journal import _nobody

    previous = install_delivery(ToFunction(_nobody))
    try:
        run.queue_event("on_thing")
        run.execute()
    finally:
        install_delivery(previous)
    assert "on_thing reaches nobody" in caplog.text


def test_events_are_queued_while_staging_or_in_a_step_and_no_other_time(
    ledger: StepFactory, run: Any, delivered: Delivered
) -> None:
    def undo(orchestrator: Any) -> None:
        orchestrator.queue_event("on_undo")

    run.add_step(lambda orchestrator: insert("a"), undo)
    ledger.stage(run, "b", OWN, fails=True)
    with pytest.raises(Boom) as caught:
        run.execute()
    assert "queue_event('on_undo')" in caught.value.__notes__[0]
    with pytest.raises(RunStateError, match="stuck"):
        run.queue_event("on_late")


def test_only_hooks_that_follow_the_commit_can_be_queued(run: Any) -> None:
    with pytest.raises(RunStateError, match="before_entity_archive"):
        run.queue_event("before_entity_archive", entity_id="1")


def test_the_journal_is_told_with_the_transactions_that_there_are(
    ledger: StepFactory, run: Any, journal: list[tuple[str, bool]]
) -> None:
    for name, kind in (("a", DB), ("b", DB), ("c", EXTERNAL), ("d", OWN), ("e", DB)):
        ledger.stage(run, name, kind)
    run.execute()
    assert journal == [
        ("running: done done begun staged staged", True),
        ("running: done done done begun staged", False),
        ("running: done done done done staged", True),
        ("completed: done done done done done", True),
    ]


def test_the_journal_learns_how_a_failed_run_ended(
    ledger: StepFactory, run: Any, journal: list[tuple[str, bool]]
) -> None:
    ledger.stage(run, "a", OWN, undo_fails=True)
    ledger.stage(run, "b", OWN, fails=True)
    with pytest.raises(Boom):
        run.execute()
    assert journal[-1] == ("stuck: not undone failed", False)


def test_a_journal_that_cannot_note_completion_undoes_the_step_with_it(
    ledger: StepFactory, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from VaultPlatform.runs.journal import Record

    write = Record.write

    def full(self: Any, entry: Any) -> None:
        if entry.state is RunState.COMPLETED:
            raise Boom("journal is full")
        write(self, entry)

    monkeypatch.setattr(Record, "write", full)
    ledger.stage(run, "a", EXTERNAL)
    ledger.stage(run, "b", EXTERNAL)
    with pytest.raises(Boom, match="journal is full"):
        run.execute()
    assert ledger.outside.called == ["+a", "+b", "-b", "-a"]
    assert ledger.outside.names == set()


def test_a_run_with_nothing_staged_ends_well_and_touches_no_database(org: Any, run: Any) -> None:
    with connection.execute_wrapper(lambda *args: pytest.fail("a query")):
        assert run.execute() is None
    assert run.state is RunState.COMPLETED
