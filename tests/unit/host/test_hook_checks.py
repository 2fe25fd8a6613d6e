"""What is refused of a plugin's hook implementations before anything is registered."""

from typing import Any

import pluggy
import pytest

from tests.unit.host.specs import hookimpl, manager
from VaultPlatform.host.hooks import read_implementations, unmarked
from VaultPlatform.host.status import StageError

pytestmark = pytest.mark.database_independent


class Misspelt:
    @hookimpl
    def on_thin(self) -> None: ...


class UnknownArgument:
    @hookimpl
    def on_thing(self, onn: Any) -> None: ...


class KeywordOnly:
    @hookimpl
    def on_thing(self, *, one: Any) -> None: ...


class Wrapper:
    @hookimpl(wrapper=True)
    def on_thing(self) -> Any:
        return (yield)


class OldWrapper:
    @hookimpl(hookwrapper=True)
    def on_thing(self) -> Any:
        yield


class First:
    @hookimpl(tryfirst=True)
    def on_thing(self) -> None: ...


class Last:
    @hookimpl(trylast=True)
    def on_thing(self) -> None: ...


class Coroutine:
    @hookimpl
    async def on_thing(self) -> None: ...


class Generator:
    @hookimpl
    def on_thing(self) -> Any:
        yield 1


class Foreign:
    @pluggy.HookimplMarker("pytest")
    def on_thing(self) -> None: ...


@pytest.mark.parametrize(
    ("cls", "words"),
    [
        (Misspelt, "hook on_thin, which does not exist; did you mean on_thing"),
        (UnknownArgument, r"takes onn, but the hook has \(one, two\); did you mean one"),
        (KeywordOnly, "takes one as keyword-only"),
        (Wrapper, "wrapper=True"),
        (OldWrapper, "hookwrapper=True"),
        (First, "tryfirst=True"),
        (Last, "trylast=True"),
        (Coroutine, "is an async def"),
        (Generator, "contains a yield"),
        (Foreign, 'is marked for "pytest"'),
    ],
)
def test_an_implementation_that_does_not_fit_is_refused_by_name(cls: type, words: str) -> None:
    with pytest.raises(StageError, match=f"{cls.__name__}.on_thin.*{words}"):
        read_implementations(cls(), manager=manager())


def test_an_optional_hook_that_does_not_exist_is_left_out() -> None:
    class Hopeful:
        @hookimpl(optionalhook=True)
        def on_something_of_another_plugin(self) -> None: ...

    assert read_implementations(Hopeful(), manager=manager()) == []


def test_reading_hooks_runs_no_property_of_the_plugin() -> None:
    class Touchy:
        @property
        def on_thing(self) -> None:
            raise AssertionError("touched")

    assert read_implementations(Touchy(), manager=manager()) == []
    assert unmarked(Touchy(), manager=manager()) == []


def test_a_method_named_like_a_hook_without_the_decorator_is_noted() -> None:
    class Forgetful:
        def on_thing(self) -> None: ...

    assert unmarked(Forgetful(), manager=manager()) == [
        "Forgetful.on_thing lacks @hookimpl, so it is never called"
    ]
