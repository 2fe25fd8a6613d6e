"""Calling hooks: order, any subset of arguments, containment by kind, filters."""

import asyncio
from typing import Any

import pytest

from tests.unit.host.specs import Gate, hookimpl, registered
from VaultErrors.BackendErrors import errors
from VaultPlatform.host.manager import HookError

pytestmark = pytest.mark.database_independent


class Says:
    def __init__(self, word: str) -> None:
        self.word = word

    @hookimpl
    def on_thing(self, two: Any) -> str:
        return f"{self.word} {two}"

    @hookimpl
    def filter_text(self, text: str) -> str:
        return f"{text}, {self.word}"

    @hookimpl
    def collect_things(self) -> list[str]:
        return [self.word]


class Fails:
    """Raises whatever it is made with, in every hook."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    @hookimpl
    def on_thing(self, one: Any) -> None:
        raise self.error

    @hookimpl
    def before_thing(self) -> None:
        raise self.error

    @hookimpl
    def filter_text(self, language: str, text: str) -> str:
        raise self.error

    @hookimpl
    def collect_things(self) -> None:
        raise self.error


def test_implementations_are_called_in_the_order_of_the_plugins() -> None:
    manager = registered(Says("first"), Says("second"), Says("third"))
    assert manager.hook.on_thing(one=1, two=2) == ["first 2", "second 2", "third 2"]


@pytest.mark.parametrize(
    "error",
    [
        ValueError("v"),
        RecursionError(),
        SystemExit(3),
        asyncio.CancelledError(),
        errors.server.Unavailable("u"),
    ],
)
@pytest.mark.parametrize("hook", ["on_thing", "collect_things"])
def test_an_exception_is_contained_and_the_others_still_run(hook: str, error: BaseException) -> None:
    gate = Gate()
    manager = registered(Says("first"), Fails(error), Says("third"), gate=gate)
    arguments = {"one": 1, "two": 2} if hook == "on_thing" else {}
    assert len(getattr(manager.hook, hook)(**arguments)) == 2
    assert gate.failures == [("p2", hook, repr(error))]


def test_a_keyboard_interrupt_is_nobodys_to_contain() -> None:
    with pytest.raises(KeyboardInterrupt):
        registered(Fails(KeyboardInterrupt())).hook.on_thing(one=1, two=2)


def test_a_vault_error_of_a_before_hook_is_a_veto_and_no_failure() -> None:
    gate = Gate()
    with pytest.raises(errors.bad_request.Conflict, match="not now"):
        registered(Fails(errors.bad_request.Conflict("not now")), gate=gate).hook.before_thing(one=1)
    assert gate.failures == []


def test_another_exception_of_a_before_hook_is_counted_and_raised() -> None:
    gate = Gate()
    with pytest.raises(ZeroDivisionError):
        registered(Fails(ZeroDivisionError()), gate=gate).hook.before_thing(one=1)
    assert [failure[:2] for failure in gate.failures] == [("p1", "before_thing")]


def test_a_before_hook_cannot_end_the_process() -> None:
    with pytest.raises(RuntimeError, match=r"p1: before_thing called sys\.exit"):
        registered(Fails(SystemExit(0))).hook.before_thing(one=1)


def test_a_filter_passes_the_value_on_and_skips_one_that_raises() -> None:
    manager = registered(Says("a"), Fails(KeyError("x")), Says("b"))
    assert manager.filter("filter_text", "start", language="en") == "start, a, b"


def test_a_filter_that_returns_none_leaves_the_value_as_it_is() -> None:
    class Shrugs:
        @hookimpl
        def filter_text(self) -> None:
            return None

    assert registered(Says("a"), Shrugs()).filter("filter_text", "start", language="en") == "start, a"


@pytest.mark.parametrize("context", [{}, {"language": "en", "tone": "dry"}, {"lang": "en"}])
def test_a_filter_called_with_other_arguments_than_the_specification_teaches(context: dict[str, str]) -> None:
    with pytest.raises(HookError, match="takes besides the value: language"):
        registered().filter("filter_text", "start", **context)


def test_a_filter_that_does_not_exist_names_the_nearest() -> None:
    with pytest.raises(HookError, match="no hook filter_txt; did you mean filter_text"):
        registered().filter("filter_txt", "start")


def test_a_plugin_that_is_off_here_is_not_called() -> None:
    gate = Gate(off={"p1"})
    manager = registered(Says("off"), Says("on"), gate=gate)
    assert manager.hook.on_thing(one=1, two=2) == ["on 2"]
    assert manager.filter("filter_text", "x", language="en") == "x, on"


def test_an_implementation_may_give_defaults_and_rename_itself() -> None:
    class Renamed:
        @hookimpl(specname="on_thing")
        def react(self, two: Any, one: Any = "unset") -> tuple[Any, Any]:
            return one, two

    assert registered(Renamed()).hook.on_thing(one=1, two=2) == [(1, 2)]


def test_static_and_class_methods_are_called_like_any_other() -> None:
    class Plain:
        @hookimpl
        @staticmethod
        def on_thing(two: Any) -> Any:
            return two

        @hookimpl
        @classmethod
        def collect_things(cls) -> str:
            return cls.__name__

    manager = registered(Plain())
    assert manager.hook.on_thing(one=1, two=2) == [2]
    assert manager.hook.collect_things() == ["Plain"]


def test_the_registered_proxy_gives_the_instances_attributes() -> None:
    manager = registered(Says("hello"))
    assert manager.get_plugin("p1").word == "hello"
    with pytest.raises(AttributeError):
        _ = manager.get_plugin("p1").nothing
