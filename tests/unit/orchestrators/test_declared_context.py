"""Functions touch the context keys that they declare, and no others."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from Orchestrators.ContextManager import context_manager, external_step
from Orchestrators.Errors import DeclarationError, UndeclaredContextKey
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry

pytestmark = [pytest.mark.database_independent, pytest.mark.usefixtures("django_db_setup")]


@pytest.fixture
def run() -> Any:
    return OrchestratorRegistry.get("main")


def read(run: Any, key: str) -> Any:
    return run.get_context_value(key)


def write(run: Any, key: str, value: Any = 1) -> None:
    run.set_context_value(key, value)


def stage(run: Any, function: Any, rollback: Any = None, *args: Any, **kwargs: Any) -> None:
    run.add_step(function, rollback, *args, **kwargs)


class Room:
    """Something on a run, with decorated methods."""

    def __init__(self, run: Any) -> None:
        self.mainorchestrator = run

    @context_manager(get_contexts={"common": ["seen"]}, set_contexts={"common": ["made"]})
    def work(self) -> Any:
        self.mainorchestrator.set_context_value("made", 1)
        return self.mainorchestrator.get_context_value("seen")


def test_declared_keys_are_read_and_written_and_unset_ones_read_as_none(run: Any) -> None:
    run.set_context_value("seen", "x")
    assert Room(run).work() == "x"
    reader = context_manager(get_contexts={"common": ["unset"]})(read)
    assert reader(run, "unset") is None
    assert run.get_context_value("made", check_validation=False) == 1


def test_a_key_that_may_be_written_may_also_be_read(run: Any) -> None:
    assert context_manager(set_contexts={"common": ["a"]})(read)(run, "a") is None


def test_reading_an_undeclared_key_is_refused_naming_key_and_function(run: Any) -> None:
    with pytest.raises(
        UndeclaredContextKey, match=r"test_declared_context\.read reads context key 'other'.*get_contexts"
    ):
        context_manager(get_contexts={"common": ["a"]})(read)(run, "other")


def test_writing_an_undeclared_key_is_refused_even_if_it_may_be_read(run: Any) -> None:
    with pytest.raises(
        UndeclaredContextKey, match=r"test_declared_context\.write writes context key 'a'.*set_contexts"
    ):
        context_manager(get_contexts={"common": ["a"]})(write)(run, "a")
    assert run.get_context_value("a", check_validation=False) is None


def test_outside_of_any_declaration_a_checked_read_is_refused_naming_the_reader(run: Any) -> None:
    with pytest.raises(UndeclaredContextKey, match=r"read reads context key 'a'.*check_validation=False"):
        read(run, "a")
    assert run.get_context_value("a", check_validation=False) is None


def test_before_the_run_everything_may_be_seeded_outside_of_declared_functions(run: Any) -> None:
    write(run, "result_status", 202)
    assert run.get_context_value("result_status", check_validation=False) == 202


@pytest.mark.parametrize("call", [read, write])
def test_an_undecorated_step_touches_no_context(run: Any, call: Any) -> None:
    def bare(orchestrator: Any) -> None:
        call(orchestrator, "a")

    run.add_step(external_step(bare), None)
    with pytest.raises(
        UndeclaredContextKey, match=r"bare (reads|writes) context key 'a' without.*@context_manager"
    ):
        run.execute()


def test_a_step_is_not_lent_the_keys_of_whoever_executes_the_run(run: Any) -> None:
    run.add_step(external_step(lambda orchestrator: read(orchestrator, "a")), None)

    @context_manager(get_contexts={"common": ["a"]})
    def executing(orchestrator: Any) -> None:
        orchestrator.execute()

    with pytest.raises(UndeclaredContextKey, match=r"<lambda> reads context key 'a'"):
        executing(run)
    assert run.frames.top is None


def test_a_conditional_bucket_counts_while_its_key_is_truthy_and_else_when_none_is(run: Any) -> None:
    @context_manager(
        get_contexts={"common": ["c"], "urgent": ["u"], "secret": ["s"], "else": ["e"]},
        set_contexts={"common": ["urgent"]},
    )
    def look(orchestrator: Any, key: str) -> Any:
        return orchestrator.get_context_value(key)

    look(run, "c")
    look(run, "e")
    with pytest.raises(UndeclaredContextKey, match=r"'u'.*bucket 'urgent'; that bucket is not active"):
        look(run, "u")
    run.set_context_value("urgent", True)
    look(run, "c")
    look(run, "u")
    for key in ("e", "s"):
        with pytest.raises(UndeclaredContextKey):
            look(run, key)


def test_a_bucket_becomes_active_as_soon_as_the_function_has_set_its_key(run: Any) -> None:
    @context_manager(set_contexts={"common": ["archived"], "archived": ["archived_at"]})
    def archive(orchestrator: Any) -> None:
        orchestrator.set_context_value("archived", True)
        orchestrator.set_context_value("archived_at", "now")

    archive(run)


def test_a_callable_gets_all_bound_arguments_but_the_run_through_kwargs(run: Any) -> None:
    seen: dict[str, Any] = {}

    def keys(**arguments: Any) -> dict[str, list[str]]:
        seen.update(arguments)
        return {"common": [arguments["key"]]}

    @context_manager(get_contexts=keys)
    def look(orchestrator: Any, key: str, limit: int = 5, **more: Any) -> Any:
        return orchestrator.get_context_value(key)

    look(run, "a", extra=1)
    assert seen == {"key": "a", "limit": 5, "extra": 1}


def test_a_callable_gets_the_arguments_it_names_the_run_included(run: Any) -> None:
    @context_manager(set_contexts=lambda orchestrator, key: {"common": [key] if orchestrator is run else []})
    def put(orchestrator: Any, other: int, key: str) -> None:
        orchestrator.set_context_value(key, other)

    put(run, 1, key="a")
    assert run.get_context_value("a", check_validation=False) == 1


def test_a_callable_that_names_an_argument_the_function_lacks_is_refused(run: Any) -> None:
    with pytest.raises(
        DeclarationError, match=r"get_contexts of .*read is .*asks for colour; .*arguments are run, key"
    ):
        context_manager(get_contexts=lambda colour: {"common": [colour]})(read)(run, "a")


def test_a_callable_that_returns_no_buckets_is_refused(run: Any) -> None:
    with pytest.raises(DeclarationError, match=r"set_contexts of .*read is 'a'"):
        context_manager(set_contexts=lambda key: key)(read)(run, "a")


@pytest.mark.parametrize(
    "contexts", [["a"], {"common": "result"}, {"common": [1]}, {1: ["a"]}, "a", {"common": None}]
)
def test_contexts_that_are_no_dict_of_lists_of_keys_are_refused_at_once(contexts: Any) -> None:
    for where in ("get_contexts", "set_contexts"):
        with pytest.raises(DeclarationError, match=f"{where} of .*read"):
            context_manager(**{where: contexts})(read)


def test_functions_whose_body_runs_later_and_what_is_no_function_are_refused() -> None:
    async def later(orchestrator: Any) -> None: ...

    def generator(orchestrator: Any) -> Any:
        yield

    for function in (later, generator):
        with pytest.raises(DeclarationError, match=r"plain function"):
            context_manager()(function)
    with pytest.raises(DeclarationError, match=r"@staticmethod"):
        context_manager()(staticmethod(read))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        context_manager(read)  # type: ignore[call-arg]  # the parentheses were forgotten


def test_a_call_without_a_run_is_refused() -> None:
    with pytest.raises(DeclarationError, match=r"read was called with 'no run'.*OrchestratorRegistry\.get"):
        context_manager()(read)("no run", "a")


def test_the_run_may_be_passed_by_name(run: Any) -> None:
    assert context_manager(get_contexts={"common": ["a"]})(read)(key="a", run=run) is None


def test_a_decorated_function_keeps_its_name_docstring_and_signature() -> None:
    decorated = context_manager()(read)
    assert decorated.__name__ == "read"
    assert inspect.signature(decorated) == inspect.signature(read)


def test_a_frame_is_left_also_by_an_exception(run: Any) -> None:
    @context_manager(get_contexts={"common": ["a"]})
    def fail(orchestrator: Any) -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        fail(run)
    assert run.frames.top is None


def test_a_nested_call_must_stay_within_what_its_caller_declares(run: Any) -> None:
    reader = context_manager(get_contexts={"common": ["a"]})(read)
    writer = context_manager(set_contexts={"common": ["a"]})(write)

    @context_manager(get_contexts={"else": ["a"]})
    def may_read(orchestrator: Any, inner: Any) -> None:
        inner(orchestrator, "a")

    @context_manager(set_contexts={"urgent": ["a"]})
    def may_write(orchestrator: Any, inner: Any) -> None:
        inner(orchestrator, "a")

    may_read(run, reader)
    may_write(run, writer)
    may_write(run, reader)  # what the caller may write, the nested call may read
    with pytest.raises(UndeclaredContextKey, match=r"write writes 'a', which .*may_read does not declare"):
        may_read(run, writer)


def test_a_nested_call_may_opt_out_of_its_callers_context_and_still_keeps_to_its_own(run: Any) -> None:
    apart = context_manager(set_contexts={"common": ["a"]}, sync_with_parent_context=False)(write)

    @context_manager()
    def outer(orchestrator: Any, key: str) -> None:
        apart(orchestrator, key)

    outer(run, "a")
    with pytest.raises(UndeclaredContextKey, match=r"'b'"):
        outer(run, "b")


@context_manager(get_contexts={"common": ["read"], "urgent": ["hint"]}, set_contexts={"common": ["written"]})
def some_bll(orchestrator: Any) -> None: ...


@context_manager(get_contexts={"common": ["written"]})
def rollback_some_bll(orchestrator: Any) -> None: ...


@pytest.mark.parametrize(
    ("gets", "sets", "stranger"),
    [
        (["read", "hint"], ["written"], None),
        ([], ["read", "hint", "written"], None),
        (["read", "hint"], [], "some_bll, staged by .*stage, writes 'written'"),
        (["hint"], ["written"], "some_bll, staged by .*stage, reads 'read'"),
        (["read"], ["written"], "some_bll, staged by .*stage, reads 'hint'"),
        (["read", "hint", "written"], [], "writes 'written'"),
    ],
)
def test_a_method_declares_the_keys_of_every_bucket_of_the_steps_it_stages(
    run: Any, gets: list[str], sets: list[str], stranger: str | None
) -> None:
    staging = context_manager(get_contexts={"common": gets}, set_contexts={"else": sets})(stage)
    if stranger is None:
        staging(run, some_bll, rollback_some_bll)
    else:
        with pytest.raises(UndeclaredContextKey, match=stranger):
            staging(run, some_bll, rollback_some_bll)


def test_a_rollbacks_keys_are_checked_like_those_of_its_step(run: Any) -> None:
    with pytest.raises(UndeclaredContextKey, match=r"rollback_some_bll, staged by .*stage, reads 'written'"):
        context_manager()(stage)(run, external_step(lambda orchestrator: None), rollback_some_bll)


def test_a_staged_step_may_opt_out_and_a_step_staged_by_undecorated_code_is_not_checked(run: Any) -> None:
    apart = context_manager(set_contexts={"common": ["own"]}, sync_with_parent_context=False)(write)
    context_manager()(stage)(run, apart, None, "own")
    stage(run, some_bll, rollback_some_bll)


def test_callables_are_asked_with_the_staged_arguments(run: Any) -> None:
    keyed = context_manager(set_contexts=lambda key: {"common": [key]})(write)
    staging = context_manager(set_contexts={"common": ["mine"]})(stage)
    staging(run, keyed, None, key="mine")
    with pytest.raises(UndeclaredContextKey, match=r"'yours'"):
        staging(run, keyed, None, "yours")


def test_a_bound_method_can_be_a_step_and_is_checked_like_a_function(run: Any) -> None:
    class Stepping(Room):
        @context_manager(set_contexts={"common": ["made"]})
        def forward(self, orchestrator: Any) -> None:
            orchestrator.set_context_value("made", "by a method")

    with pytest.raises(UndeclaredContextKey, match=r"'made'"):
        context_manager()(stage)(run, Stepping(run).forward)
    run.add_step(Stepping(run).forward, None)
