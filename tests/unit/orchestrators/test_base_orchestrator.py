"""Orchestrator classes are documented or refused, and only the registry makes instances."""

import functools
import inspect
import sys
from typing import Any

import pytest

from Orchestrators.AbstractOrchestrators.BaseOrchestrator import BaseOrchestrator
from Orchestrators.ContextManager import context_manager
from Orchestrators.Errors import DirectInstantiation, UndocumentedOrchestrator

pytestmark = pytest.mark.database_independent

CLASS_DOC = "\n    Description:\n    What it does.\n    "
METHOD_DOC = """
        Description: Do.

        Input:
            - None.

        Output:
            - None.
        """


def documented(self: Any, *_: Any) -> None:
    """
    Description: Do.
    Input: nothing.
    Output: nothing.
    """


def undocumented(self: Any, *_: Any) -> None:
    """Do."""


def make(**members: Any) -> BaseOrchestrator:
    return BaseOrchestrator("ThingOrchestrator", (), {"__doc__": CLASS_DOC, **members})


def test_a_documented_class_is_made() -> None:
    assert make(__init__=documented, run=documented).__name__ == "ThingOrchestrator"


@pytest.mark.parametrize(
    "doc", [None, "", "What it does.", "Description:", "Description:\n\n   -\n", "A Description: inside"]
)
def test_a_class_without_a_filled_description_is_refused_with_file_and_line(doc: str | None) -> None:
    with pytest.raises(
        UndocumentedOrchestrator, match=r"class ThingOrchestrator.*lacks Description:"
    ) as caught:
        make(__doc__=doc)
    assert isinstance(caught.value, TypeError)
    assert f"{__file__}:{make.__code__.co_firstlineno + 1}" in str(caught.value)


@pytest.mark.parametrize(
    ("doc", "missing"),
    [
        (None, "Description:, Input:, Output:"),
        ("Do it.", "Description:, Input:, Output:"),
        (METHOD_DOC.replace("Input:", "Takes:"), "Input:"),
        (METHOD_DOC.replace("Output:", "output:"), "Output:"),
        ("Description:\nInput: x.\nOutput: y.", "Description:"),
        ("Description: Do.\nInput:\nOutput: y.", "Input:"),
        ("Description: Do.\nInput: x.\nOutput:\n   - \n", "Output:"),
    ],
)
def test_a_method_without_a_filled_section_is_refused_naming_it_its_line_and_what_is_missing(
    doc: str | None, missing: str
) -> None:
    def method(self: Any) -> None:
        pass

    method.__doc__ = doc
    with pytest.raises(UndocumentedOrchestrator) as caught:
        make(method=method)
    line = method.__code__.co_firstlineno
    assert f"Method ThingOrchestrator.method ({__file__}:{line}) lacks {missing} in its docstring" in str(
        caught.value
    )


@pytest.mark.parametrize(
    "member",
    [
        undocumented,
        staticmethod(undocumented),
        classmethod(undocumented),
        property(undocumented),
        property(documented, undocumented),
        functools.cached_property(undocumented),
        context_manager()(undocumented),
        lambda self: None,
    ],
)
def test_every_kind_of_function_in_the_body_has_to_be_documented(member: Any) -> None:
    with pytest.raises(UndocumentedOrchestrator):
        make(member=member)


@pytest.mark.parametrize(
    "member",
    [
        staticmethod(documented),
        classmethod(documented),
        property(documented),
        context_manager()(documented),
        1,
    ],
)
def test_documented_members_and_plain_values_are_fine(member: Any) -> None:
    make(member=member)


def test_an_initialiser_is_a_method_too() -> None:
    with pytest.raises(UndocumentedOrchestrator, match=r"ThingOrchestrator\.undocumented"):
        make(__init__=undocumented)


def test_a_subclass_answers_for_its_own_body_only() -> None:
    base = make(__init__=documented)
    BaseOrchestrator("Child", (base,), {"__doc__": CLASS_DOC})
    with pytest.raises(UndocumentedOrchestrator, match="class Child"):
        BaseOrchestrator("Child", (base,), {})


def test_a_class_cannot_be_called() -> None:
    with pytest.raises(DirectInstantiation, match=r"ThingOrchestrator.*OrchestratorRegistry\.get"):
        make(__init__=documented)(None)


def test_the_line_of_a_refused_class_statement_is_named() -> None:
    line = inspect.currentframe().f_lineno + 2  # type: ignore[union-attr]
    with pytest.raises(UndocumentedOrchestrator) as caught:

        class Nameless(metaclass=BaseOrchestrator):
            pass

    found = int(str(caught.value).split(f"{__file__}:")[1].split(")")[0])
    assert line <= found <= line + 1, sys.version
