"""What can be staged, when, and how steps end: in external steps, outside of any organisation."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from Orchestrators.ContextManager import context_manager, db_step, external_step
from Orchestrators.Errors import ContextSchemaError, DeclarationError, RunStateError, StagingError
from Orchestrators.Journal import RunState
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from Orchestrators.Progress import Mark, batches_of
from Orchestrators.Steps import StepKind, kind_of

pytestmark = [pytest.mark.database_independent, pytest.mark.usefixtures("django_db_setup")]

outcome = context_manager(set_contexts={"common": ["result", "result_status", "note"]})


@pytest.fixture
def run() -> Any:
    return OrchestratorRegistry.get("main")


@external_step
def bare(orchestrator: Any) -> None: ...


@external_step
def titled(orchestrator: Any, title: str, *, size: int = 0) -> None: ...


def undo(orchestrator: Any) -> None: ...


def status_of(run: Any) -> Any:
    return run.get_context_value("result_status", check_validation=False)


@external_step
@outcome
def end_with(orchestrator: Any, result: Any, status: int | None) -> None:
    orchestrator.set_context_value("result", result)
    if status is not None:
        orchestrator.set_context_value("result_status", status)
        pytest.fail("a line behind the status ran")


@external_step
@outcome
def note(orchestrator: Any, text: str) -> None:
    orchestrator.set_context_value("note", text)


def test_a_step_is_called_with_the_run_and_what_was_staged_for_it(run: Any) -> None:
    calls: list[tuple[Any, ...]] = []

    @external_step
    def step(orchestrator: Any, *args: Any, **kwargs: Any) -> None:
        calls.append((orchestrator, args, kwargs))

    run.add_step(step, None, 1, two=2)
    assert calls == []
    run.execute()
    assert calls == [(run, (1,), {"two": 2})]


@pytest.mark.parametrize(
    ("forward", "rollback", "args", "kwargs", "message"),
    [
        (bare(None), None, (), {}, "None as forward function, which cannot be called"),
        (bare, "undo", (), {}, "'undo' as rollback, which cannot be called"),
        (bare, None, (1,), {}, r"bare\(orchestrator.*forward function.*too many positional"),
        (titled, None, (), {}, "missing a required argument: 'title'"),
        (titled, None, ("x",), {"sise": 1}, "unexpected keyword argument 'sise'"),
        (bare, titled, (), {}, "titled.*staged as rollback.*missing a required argument"),
    ],
)
def test_what_could_not_be_called_later_is_refused_when_it_is_staged(
    run: Any, forward: Any, rollback: Any, args: Any, kwargs: Any, message: str
) -> None:
    with pytest.raises(StagingError, match=message):
        run.add_step(forward, rollback, *args, **kwargs)
    run.execute()


def test_a_callable_that_does_not_tell_its_signature_is_taken_as_it_is(run: Any) -> None:
    run.add_step(external_step(lambda orchestrator: None), dict.update)


def test_a_run_is_executed_once(run: Any) -> None:
    run.add_step(end_with, None, "x", 200)
    assert run.execute() == "x"
    with pytest.raises(RunStateError, match="again on a run that is completed"):
        run.execute()


def test_nothing_is_staged_on_a_run_that_runs_or_has_run(run: Any) -> None:
    @external_step
    def staging(orchestrator: Any) -> None:
        orchestrator.add_step(bare, None)

    run.add_step(staging, None)
    with pytest.raises(RunStateError, match="bare is staged on a run that is running"):
        run.execute()
    with pytest.raises(RunStateError, match="staged on a run that is compensated"):
        run.add_step(bare, None)


def test_a_run_with_nothing_staged_returns_its_seeded_result(run: Any) -> None:
    run.set_context_value("result", "seed")
    run.set_context_value("result_status", 404)
    assert run.execute() == "seed"
    assert run.state is RunState.COMPLETED


def test_the_last_status_below_400_wins(run: Any) -> None:
    run.add_step(end_with, None, "first", 201)
    run.add_step(end_with, None, "second", None)
    run.add_step(end_with, None, "third", 202)
    run.add_step(bare, None)
    assert run.execute() == "third"
    assert status_of(run) == 202


def test_a_seeded_status_is_not_a_signal(run: Any) -> None:
    run.set_context_value("result_status", 500)
    run.add_step(bare, None)
    run.execute()
    assert run.state is RunState.COMPLETED


@pytest.mark.parametrize("status", [400, 404, 599])
def test_a_status_from_400_fails_the_run_and_is_its_answer(run: Any, status: int) -> None:
    undone: list[str] = []
    run.add_step(end_with, lambda orchestrator: undone.append("first"), "first", 201)
    run.add_step(end_with, lambda orchestrator: undone.append("second"), "no", status)
    run.add_step(external_step(lambda orchestrator: pytest.fail("a step behind the refusal ran")), None)
    assert run.execute() == "no"
    assert status_of(run) == status
    assert undone == ["first"]
    assert run.state is RunState.COMPENSATED


@pytest.mark.parametrize("status", [201, 409])
def test_a_step_cannot_catch_its_end_as_an_exception(run: Any, status: int) -> None:
    @external_step
    @outcome
    def careless(orchestrator: Any) -> None:
        try:
            orchestrator.set_context_value("result_status", status)
        except Exception:  # noqa: BLE001
            pytest.fail("the signal was caught")

    run.add_step(careless, None)
    run.execute()
    assert status_of(run) == status


@pytest.mark.parametrize("status", [201, 409])
def test_a_step_that_catches_everything_fails_the_run_instead_of_going_on_unnoticed(
    run: Any, status: int
) -> None:
    @external_step
    @outcome
    def greedy(orchestrator: Any) -> None:
        with suppress(BaseException):
            orchestrator.set_context_value("result_status", status)

    run.add_step(greedy, None)
    with pytest.raises(RunStateError, match=r"greedy.*caught the signal"):
        run.execute()
    assert run.state is RunState.COMPENSATED


def test_a_status_written_by_a_nested_function_ends_the_step(run: Any) -> None:
    @external_step
    @outcome
    def outer(orchestrator: Any) -> None:
        end_with(orchestrator, "nested", 201)
        pytest.fail("the step went on")

    run.add_step(outer, None)
    assert run.execute() == "nested"


def test_unsetting_the_status_is_no_signal(run: Any) -> None:
    @external_step
    @outcome
    def unset(orchestrator: Any) -> None:
        orchestrator.set_context_value("result_status", None)
        orchestrator.set_context_value("note", "went on")

    run.add_step(unset, None)
    run.execute()
    assert run.get_context_value("note", check_validation=False) == "went on"


def test_finish_ends_the_whole_run_with_success(run: Any) -> None:
    @external_step
    def finish(orchestrator: Any) -> None:
        orchestrator.finish({"known": True}, 208)

    run.add_step(note, lambda orchestrator: pytest.fail("undone"), "kept")
    run.add_step(finish, lambda orchestrator: pytest.fail("undone"))
    run.add_step(external_step(lambda orchestrator: pytest.fail("ran")), None)
    assert run.execute() == {"known": True}
    assert status_of(run) == 208
    assert run.state is RunState.COMPLETED


@pytest.mark.parametrize("status", [400, 99, "200", None])
def test_finish_takes_a_status_of_success_only(run: Any, status: Any) -> None:
    run.add_step(external_step(lambda orchestrator: orchestrator.finish("x", status)), None)
    with pytest.raises(ContextSchemaError, match="status"):
        run.execute()
    assert status_of(run) is None


def test_finish_belongs_into_a_step(run: Any) -> None:
    with pytest.raises(RunStateError, match="being staged"):
        run.finish("x")

    def finishing(orchestrator: Any) -> None:
        orchestrator.finish("x")

    run.add_step(bare, external_step(finishing))
    run.add_step(end_with, None, "no", 400)
    with pytest.raises(Exception, match=r"finish\(\) was called on a run that is compensating"):
        run.execute()


def test_an_exception_is_raised_again_as_it_was(run: Any) -> None:
    trouble = ValueError("mine")

    @external_step
    def fail(orchestrator: Any) -> None:
        raise trouble

    run.add_step(fail, lambda orchestrator: pytest.fail("the step that raised was undone"))
    with pytest.raises(ValueError, match="mine") as caught:
        run.execute()
    assert caught.value is trouble
    assert not hasattr(trouble, "__notes__")


@pytest.mark.parametrize("key", ["result", "result_status"])
def test_a_rollback_cannot_change_what_the_run_answers(run: Any, key: str) -> None:
    @external_step
    @outcome
    def meddle(orchestrator: Any) -> None:
        orchestrator.set_context_value(key, 200)

    run.add_step(bare, meddle)
    run.add_step(end_with, None, "no", 409)
    with pytest.raises(Exception, match=f"meddle writes '{key}' while the run is being undone"):
        run.execute()
    assert (run.get_context_value("result", check_validation=False), status_of(run)) == ("no", 409)


def test_a_rollback_may_write_other_keys_that_it_declares(run: Any) -> None:
    @external_step
    @outcome
    def undo_and_note(orchestrator: Any) -> None:
        orchestrator.set_context_value("note", "undone")

    run.add_step(bare, undo_and_note)
    run.add_step(end_with, None, "no", 409)
    run.execute()
    assert run.get_context_value("note", check_validation=False) == "undone"


def test_nothing_is_written_after_the_run(run: Any) -> None:
    run.execute()
    with pytest.raises(RunStateError, match="'note' is written on a run that is completed"):
        run.set_context_value("note", 1)


def test_a_function_is_marked_as_one_kind_of_step_in_either_order_of_decorators() -> None:
    def step(orchestrator: Any) -> None: ...

    assert kind_of(step) is StepKind.UNDECLARED
    assert kind_of(context_manager()(db_step(step))) is StepKind.DATABASE
    assert kind_of(db_step(context_manager()(step))) is StepKind.DATABASE
    with pytest.raises(DeclarationError, match="step is marked @db_step and @external_step"):
        external_step(step)
    with pytest.raises(DeclarationError, match="no function"):
        db_step(staticmethod(step))


def test_consecutive_database_steps_are_one_batch_and_every_other_step_is_its_own(run: Any) -> None:
    def own(orchestrator: Any) -> None: ...

    row = db_step(lambda orchestrator: None)
    for step in (row, row, own, own, row, bare, row, row):
        run.add_step(step, None)
    assert [
        [mark.step.number for mark in batch] for batch in batches_of([Mark(step) for step in run.steps])
    ] == [
        [1, 2],
        [3],
        [4],
        [5],
        [6],
        [7, 8],
    ]


@pytest.mark.parametrize("status", [201, 409])
def test_a_step_ended_from_within_another_run_leaves_that_run_undone(run: Any, status: int) -> None:
    undone: list[str] = []
    inner = OrchestratorRegistry.get("main")

    @external_step
    @outcome
    def executing(orchestrator: Any) -> None:
        inner.execute()
        pytest.fail("the step went on")

    inner.add_step(bare, external_step(lambda orchestrator: undone.append("inner")))
    inner.add_step(external_step(lambda _: run.set_context_value("result_status", status)), None)
    run.add_step(executing, None)
    run.execute()
    assert status_of(run) == status
    assert undone == ["inner"]
    assert inner.state is RunState.COMPENSATED
