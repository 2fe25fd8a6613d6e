"""No hook for its own sake: the core calls each hook that it specifies, and a shipped plugin implements it."""

import ast
from collections.abc import Iterable, Iterator

import pytest

from tests.architecture.tree import ROOT, our_sources, parsed, relative

pytestmark = pytest.mark.database_independent

SPECIFICATIONS = "Plugins/Hooks/"


def marked(tree: ast.AST, marker: str) -> set[str]:
    """The methods that carry the decorator `marker`, bare or called."""
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if ast.unparse(decorator).partition("(")[0].rpartition(".")[2] == marker
    }


def fired(tree: ast.AST) -> set[str]:
    """The names of the hooks that a file may call: `….hook.<name>`, and names given as text.

    Text is an argument of a call (`queue_event`, `filter`, or what passes a name on to them), assigned to a name, or
    what the host compares an implementation's hook with, to keep it for later.
    """
    return set(_fired(tree))


def _fired(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
            if node.value.attr == "hook":
                yield node.attr
        elif isinstance(node, ast.Call):
            yield from _texts([*node.args, *(keyword.value for keyword in node.keywords)])
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield from _texts([node.value])
        elif isinstance(node, ast.Compare):
            yield from _texts(node.comparators)


def _texts(nodes: Iterable[ast.AST | None]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def specified() -> set[str]:
    return {
        name for file in (ROOT / SPECIFICATIONS).glob("*.py") for name in marked(parsed(file), "hookspec")
    }


def plugins_and_core() -> tuple[set[str], set[str]]:
    """Hooks that shipped plugins implement, and names that the core may fire."""
    implemented: set[str] = set()
    called: set[str] = set()
    for file in our_sources():
        if not relative(file).startswith("Plugins/"):
            called |= fired(parsed(file))
        elif not relative(file).startswith(SPECIFICATIONS):
            implemented |= marked(parsed(file), "hookimpl")
    return implemented, called


def test_every_hook_is_implemented_by_a_shipped_plugin() -> None:
    implemented, _ = plugins_and_core()
    assert specified() - implemented == set()


def test_every_hook_is_called_by_the_core() -> None:
    _, called = plugins_and_core()
    assert specified() - called == set()


def test_there_are_hooks_to_look_at() -> None:
    assert len(specified()) > 10
    assert {"before_entity_archive", "on_version_added", "collect_health_checks"} <= specified()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("class A:\n    @hookimpl\n    def on_x(self): ...\n    def on_y(self): ...", {"on_x"}),
        ("class A:\n    @hookimpl(optionalhook=True)\n    def on_x(self): ...", {"on_x"}),
        ("class A:\n    @markers.hookimpl\n    def on_x(self): ...", {"on_x"}),
        ("class A:\n    @hookspec\n    def on_x(self): ...", set()),
        ("class A:\n    '''Has on_x.'''\n    # @hookimpl\n    def on_x(self): ...", set()),
    ],
)
def test_an_implementation_is_a_method_with_the_marker(source: str, found: set[str]) -> None:
    assert marked(ast.parse(source), "hookimpl") == found


@pytest.mark.parametrize(
    "source",
    [
        "plugin_manager.hook.on_x(a=1)",
        "_ask(plugin_manager.hook.on_x, document)",
        "run.queue_event('on_x', a=1)",
        "_write(run, event='on_x')",
        "plugin_manager.filter('on_x', value)",
        "HOOK = 'on_x'",
        "if implementation.hook == 'on_x': keep(implementation)",
    ],
)
def test_a_call_is_found(source: str) -> None:
    assert "on_x" in fired(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "'on_x'",
        "def f():\n    'Fires on_x.'",
        "def on_x(): ...",
        "hook.on_x()",
        "# run.queue_event('on_x')",
        "queue_event('on_xy')",
    ],
)
def test_what_only_names_a_hook_is_no_call(source: str) -> None:
    assert "on_x" not in fired(ast.parse(source))
