"""Docstrings: modules say what lives in them, everything public what it is, orchestrators what the engine asks for."""

import ast
import importlib
from collections.abc import Iterator

import pytest

from Orchestrators.AbstractOrchestrators.BaseOrchestrator import BaseOrchestrator
from tests.architecture.tree import module_of, our_sources, parsed, relative

pytestmark = pytest.mark.database_independent

#: Serializers are named after what they carry, services after their model: they have one if there is more to say.
SPEAKING_NAMES = ("Serializer", "Service")
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def undocumented(tree: ast.Module) -> Iterator[str]:
    """What lacks a docstring: the module, unless it is empty, and its public functions and classes.

    Methods are their class's matter: most are Django's or REST framework's, whose meaning is known.
    """
    if tree.body and not ast.get_docstring(tree):
        yield "the module"
    for node in tree.body:
        if isinstance(node, Documented) and needs_docstring(node) and not ast.get_docstring(node):
            yield f"{node.name} (line {node.lineno})"


def needs_docstring(node: Documented) -> bool:
    if any(isinstance(each, ast.Name) and each.id == "overload" for each in node.decorator_list):
        return False  # the implementation behind it says all
    says_enough = isinstance(node, ast.ClassDef) and node.name.endswith(SPEAKING_NAMES)
    return not node.name.startswith("_") and not says_enough


def orchestrators() -> list[tuple[str, str]]:
    """(module, class) of each class of the tree that has the engine's metaclass, itself or from `Workflow`."""
    return [
        (module_of(file), node.name)
        for file in our_sources()
        for node in parsed(file).body
        if isinstance(node, ast.ClassDef)
        and (
            any(key.arg == "metaclass" for key in node.keywords)
            or any(isinstance(base, ast.Name) and base.id == "Workflow" for base in node.bases)
        )
    ]


def test_every_module_and_everything_public_has_a_docstring() -> None:
    found = [f"{relative(file)}: {what}" for file in our_sources() for what in undocumented(parsed(file))]
    assert found == []


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("", []),
        ("'''Text.'''\ndef _helper(): ...\n", []),
        ("import os\n", ["the module"]),
        ("'''Text.'''\ndef f(): ...\nclass A:\n    x = 1\n", ["f (line 2)", "A (line 3)"]),
        ("'''Text.'''\nasync def f():\n    ''''''\n", ["f (line 2)"]),
    ],
)
def test_a_missing_docstring_is_found(source: str, missing: list[str]) -> None:
    assert list(undocumented(ast.parse(source))) == missing


@pytest.mark.parametrize(("module", "name"), orchestrators())
def test_every_orchestrator_obeys_the_docstring_rule(module: str, name: str) -> None:
    """The engine refuses to make a class that does not, so that its module cannot be imported."""
    assert isinstance(getattr(importlib.import_module(module), name), BaseOrchestrator)


def test_no_class_goes_by_the_name_of_an_orchestrator_without_the_rule() -> None:
    ruled = {name for _, name in orchestrators()}
    named = {
        node.name: relative(file)
        for file in our_sources()
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Orchestrator")
    }
    assert set(named) - ruled == {
        "BaseOrchestrator",
        "MainOrchestrator",
        "UndocumentedOrchestrator",
        "UnknownOrchestrator",
    }
