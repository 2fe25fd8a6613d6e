"""Whatever fails, and wherever: nothing half done."""

from __future__ import annotations

from contextlib import suppress
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from Orchestrators.ContextManager import context_manager
from Orchestrators.Errors import RollbackFailed, RunStateError, TransactionError
from Orchestrators.Journal import RunState
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from Orchestrators.Steps import StepKind
from tests.integration.orchestrators.ledger import (
    MARKS,
    Boom,
    Outside,
    StepFactory,
    committed_names,
    insert,
    transactions,
)

DB, OWN, EXTERNAL = StepKind.DATABASE, StepKind.UNDECLARED, StepKind.EXTERNAL
MIXTURES = list(product((DB, OWN, EXTERNAL), repeat=3))
by_name = pytest.mark.parametrize("kinds", MIXTURES, ids=lambda kinds: "-".join(kind.name for kind in kinds))


def undone_by_rollback(kinds: tuple[StepKind, ...], failing: int) -> list[str]:
    """The rollbacks that must be called, in order: not those of database steps in the failing one's own batch."""
    first_of_batch = failing
    while kinds[failing] is DB and first_of_batch > 0 and kinds[first_of_batch - 1] is DB:
        first_of_batch -= 1
    return [f"-s{number}" for number in reversed(range(first_of_batch))]


@by_name
def test_a_run_that_fails_at_any_step_of_any_kind_leaves_nothing(
    ledger: StepFactory, kinds: tuple[StepKind, ...]
) -> None:
    for failing, how in product(range(3), ({"fails": True}, {"status": 409})):
        ledger.outside = Outside()
        run = OrchestratorRegistry.get("main")
        for number, kind in enumerate(kinds):
            ledger.stage(run, f"s{number}", kind, **(how if number == failing else {}))
        if "fails" in how:
            with pytest.raises(Boom):
                run.execute()
        else:
            assert run.execute() == f"s{failing}"
            assert run.get_context_value("result_status", check_validation=False) == 409
        require_nothing_left(ledger, kinds, failing)
        assert run.state is RunState.COMPENSATED


def require_nothing_left(ledger: StepFactory, kinds: tuple[StepKind, ...], failing: int) -> None:
    assert committed_names() == [], f"step {failing} failed"
    # an external step that failed has to leave things as it found them itself; this one does not
    assert ledger.outside.names == ({f"s{failing}"} if kinds[failing] is EXTERNAL else set())
    forward = [f"+s{number}" for number in range(failing + 1)]
    assert ledger.outside.called == forward + undone_by_rollback(kinds, failing)


@by_name
def test_a_run_that_ends_well_leaves_everything(
    ledger: StepFactory, kinds: tuple[StepKind, ...], run: Any
) -> None:
    for number, kind in enumerate(kinds):
        ledger.stage(run, f"s{number}", kind)
    run.execute()
    assert len(committed_names()) + len(ledger.outside.names) == 3
    assert ledger.outside.called == ["+s0", "+s1", "+s2"]
    assert run.state is RunState.COMPLETED


def test_a_run_of_database_steps_is_exactly_one_transaction(ledger: StepFactory, run: Any) -> None:
    for name in ("a", "b", "c"):
        ledger.stage(run, name, DB, status=201)
    with CaptureQueriesContext(connection) as captured:
        run.execute()
    assert transactions(captured) == ["BEGIN", "COMMIT"]
    assert committed_names() == ["a", "b", "c"]


def test_a_run_of_database_steps_that_fails_is_one_real_rollback(ledger: StepFactory, run: Any) -> None:
    ledger.stage(run, "a", DB)
    ledger.stage(run, "b", DB, status=422)
    with CaptureQueriesContext(connection) as captured:
        run.execute()
    assert transactions(captured) == ["BEGIN", "ROLLBACK"]
    assert ledger.outside.called == ["+a", "+b"]


def test_an_undeclared_step_has_a_transaction_of_its_own_and_an_external_one_has_none(
    ledger: StepFactory, run: Any
) -> None:
    for name, kind in (("a", DB), ("b", DB), ("c", EXTERNAL), ("d", OWN), ("e", OWN), ("f", DB)):
        ledger.stage(run, name, kind)
    with CaptureQueriesContext(connection) as captured:
        run.execute()
    assert transactions(captured) == ["BEGIN", "COMMIT"] * 4


def test_a_rollback_marked_external_runs_without_a_transaction_whatever_it_undoes(
    ledger: StepFactory, run: Any
) -> None:
    seen: list[bool] = []
    undo = MARKS[EXTERNAL](lambda orchestrator: seen.append(connection.in_atomic_block))
    run.add_step(ledger.forward("a", OWN), undo)
    ledger.stage(run, "b", OWN, fails=True)
    with pytest.raises(Boom):
        run.execute()
    assert seen == [False]


def test_a_step_without_rollback_stays_when_a_later_one_fails(ledger: StepFactory, run: Any) -> None:
    run.add_step(ledger.forward("kept", OWN), None)
    ledger.stage(run, "b", OWN, fails=True)
    with pytest.raises(Boom):
        run.execute()
    assert committed_names() == ["kept"]


def test_a_rollback_that_fails_does_not_stop_the_others_and_is_noted_on_the_exception(
    ledger: StepFactory, run: Any
) -> None:
    ledger.stage(run, "a", OWN)
    ledger.stage(run, "b", OWN, undo_fails=True)
    ledger.stage(run, "c", OWN)
    ledger.stage(run, "d", OWN, fails=True)
    with pytest.raises(Boom, match=r"^d") as caught:
        run.execute()
    assert ledger.outside.called[4:] == ["-c", "-b", "-a"]
    assert committed_names() == ["b"]
    [note] = caught.value.__notes__
    assert "rollback_b" in note
    assert "step 2" in note
    assert "undo b" in note
    assert run.state is RunState.STUCK


def test_a_refused_run_whose_undoing_fails_is_an_error_that_names_the_rollback_and_the_status(
    ledger: StepFactory, run: Any
) -> None:
    ledger.stage(run, "a", OWN, undo_fails=True)
    ledger.stage(run, "b", OWN)
    ledger.stage(run, "c", OWN, status=409)
    with pytest.raises(RollbackFailed, match=r"(?s)409.*rollback_a") as caught:
        run.execute()
    assert caught.value.status == 409
    assert [failure.step.split()[:2] for failure in caught.value.failures] == [["step", "1"]]
    assert isinstance(caught.value.__cause__, Boom)
    assert committed_names() == ["a"]
    assert run.get_context_value("result_status", check_validation=False) == 409


def test_an_interrupt_is_undone_like_any_exception(ledger: StepFactory, run: Any) -> None:
    def interrupted(orchestrator: Any) -> None:
        raise KeyboardInterrupt

    ledger.stage(run, "a", OWN)
    run.add_step(interrupted, None)
    with pytest.raises(KeyboardInterrupt):
        run.execute()
    assert committed_names() == []


@pytest.mark.parametrize("kind", [DB, OWN])
def test_a_step_that_swallows_a_database_error_is_refused_instead_of_being_lost_in_silence(
    ledger: StepFactory, run: Any, kind: StepKind
) -> None:
    def careless(orchestrator: Any) -> None:
        insert("lost")
        with suppress(IntegrityError), transaction.atomic(savepoint=False):
            insert("lost")

    run.add_step(MARKS[kind](careless), None)
    with pytest.raises(TransactionError, match=r"careless.*transaction\.atomic"):
        run.execute()
    assert committed_names() == []
    assert run.state is RunState.COMPENSATED


def test_a_swallowed_error_of_a_bare_cursor_is_refused_where_the_server_would_drop_the_transaction(
    ledger: StepFactory, run: Any
) -> None:
    def careless(orchestrator: Any) -> None:
        insert("one")
        with suppress(IntegrityError):
            insert("one")

    run.add_step(careless, None)
    if connection.vendor == "postgresql":
        with pytest.raises(TransactionError, match="careless"):
            run.execute()
        assert committed_names() == []
    else:
        run.execute()
        assert committed_names() == ["one"]


def test_a_step_may_catch_a_database_error_inside_a_block_of_its_own(ledger: StepFactory, run: Any) -> None:
    def careful(orchestrator: Any) -> None:
        insert("one")
        try:
            with transaction.atomic():
                insert("one")
        except IntegrityError:
            insert("two")

    run.add_step(careful, None)
    run.execute()
    assert committed_names() == ["one", "two"]


@pytest.mark.parametrize("how", ["status", "finish"])
def test_ending_a_step_well_inside_its_own_atomic_block_is_refused_since_it_would_undo_the_block(
    ledger: StepFactory, run: Any, how: str
) -> None:
    def step(orchestrator: Any) -> None:
        with transaction.atomic():
            insert("a")
            if how == "status":
                orchestrator.set_context_value("result_status", 201)
            orchestrator.finish("a")

    run.add_step(context_manager(set_contexts={"common": ["result_status"]})(step), None)
    with pytest.raises(TransactionError, match=r"atomic\(\) block of its own.*after the block"):
        run.execute()
    assert committed_names() == []
    assert run.get_context_value("result_status", check_validation=False) is None


def test_refusing_inside_an_atomic_block_of_the_step_is_fine(ledger: StepFactory, run: Any) -> None:

    @context_manager(set_contexts={"common": ["result_status"]})
    def step(orchestrator: Any) -> None:
        with transaction.atomic():
            insert("a")
            orchestrator.set_context_value("result_status", 409)

    run.add_step(step, None)
    run.execute()
    assert committed_names() == []
    assert run.get_context_value("result_status", check_validation=False) == 409


def test_a_failing_on_commit_callback_cannot_fail_what_is_committed(
    ledger: StepFactory, run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def step(orchestrator: Any) -> None:
        insert("a")
        transaction.on_commit(lambda: 1 / 0)

    run.add_step(step, None)
    ledger.stage(run, "b", DB)
    run.execute()
    assert committed_names() == ["a", "b"]
    assert run.state is RunState.COMPLETED
    assert "ZeroDivisionError" in caplog.text


def test_what_an_on_commit_callback_follows_is_still_undone_when_a_later_step_fails(
    ledger: StepFactory, run: Any
) -> None:
    def step(orchestrator: Any) -> None:
        insert("a")
        transaction.on_commit(lambda: 1 / 0)

    run.add_step(step, ledger.rollback("a", OWN))
    ledger.stage(run, "b", DB, fails=True)
    with pytest.raises(Boom):
        run.execute()
    assert committed_names() == []


def test_a_run_inside_a_callers_transaction_commits_and_rolls_back_with_it(ledger: StepFactory) -> None:
    for keep in (True, False):
        run = OrchestratorRegistry.get("main")
        ledger.stage(run, f"db {keep}", DB)
        ledger.stage(run, f"own {keep}", OWN)
        try:
            with transaction.atomic():
                run.execute()
                if not keep:
                    raise Boom
        except Boom:
            pass
    assert committed_names() == ["db True", "own True"]


def test_a_run_that_fails_inside_a_callers_transaction_leaves_that_usable(
    ledger: StepFactory, run: Any
) -> None:
    ledger.stage(run, "own", OWN)
    ledger.stage(run, "db", DB, status=409)
    with transaction.atomic():
        insert("caller")
        run.execute()
        insert("caller again")
    assert committed_names() == ["caller", "caller again"]


def test_an_external_step_inside_a_callers_transaction_is_refused_before_anything_runs(
    ledger: StepFactory, run: Any
) -> None:
    ledger.stage(run, "a", OWN)
    ledger.stage(run, "b", EXTERNAL)
    with transaction.atomic(), pytest.raises(TransactionError, match=r"step 2.*forward_b.*nothing has run"):
        run.execute()
    assert ledger.outside.called == []
    run.execute()
    assert committed_names() == ["a"]


def test_a_step_cannot_execute_its_own_run(ledger: StepFactory, run: Any) -> None:
    def step(orchestrator: Any) -> None:
        insert("a")
        orchestrator.execute()

    run.add_step(step, None)
    with pytest.raises(RunStateError, match="again on a run that is running"):
        run.execute()
    assert committed_names() == []


def test_another_run_executed_by_a_step_is_part_of_that_steps_transaction(
    ledger: StepFactory, run: Any
) -> None:
    inner = OrchestratorRegistry.get("main")
    ledger.stage(inner, "inner", DB, status=201)

    def step(orchestrator: Any) -> None:
        inner.execute()
        raise Boom

    run.add_step(step, None)
    with pytest.raises(Boom):
        run.execute()
    assert committed_names() == []
    assert inner.state is RunState.COMPLETED
