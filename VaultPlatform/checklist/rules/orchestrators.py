"""Orchestrators: documented, and registered under a name."""

import ast
from collections.abc import Iterator, Sequence

from Orchestrators.AbstractOrchestrators.BaseOrchestrator import (
    CLASS_SECTIONS,
    METHOD_SECTIONS,
    missing_sections,
)
from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.reading import last, methods
from VaultPlatform.checklist.registry import EVERYBODY, rule
from VaultPlatform.checklist.source import Module
from VaultPlatform.checklist.subject import Subject

_LINES = "Orchestrators/RegisterOrchestrator.py"


@rule(
    "orchestrators-registered",
    says="Every orchestrator is registered: a plugin's by collect_orchestrators, others in RegisterOrchestrator.py.",
    remedy='Return it from the hook: def collect_orchestrators(self): return {"<name>": <Class>}; one that lives in'
    " Orchestrators/ has a line in Orchestrators/RegisterOrchestrator.py.",
    scope=EVERYBODY,
)
def _orchestrators_registered(subject: Subject) -> Iterator[Spot]:
    known = _collected(subject) | _in_lines(subject)
    for module, node in _orchestrators(subject):
        if node.name not in known:
            yield Spot(module.file, node.lineno, f"{node.name} is not registered.")


@rule(
    "orchestrators-documented",
    says="An orchestrator's docstring has Description:, those of its methods Description:, Input: and Output:.",
    remedy="Write each at the start of a line, with what it says after it; without them the class is refused.",
    scope=EVERYBODY,
)
def _orchestrators_documented(subject: Subject) -> Iterator[Spot]:
    for module, node in _orchestrators(subject):
        yield from _undocumented(module, node, node.name, CLASS_SECTIONS)
        for method in methods(node):
            yield from _undocumented(module, method, f"{node.name}.{method.name}", METHOD_SECTIONS)


def _undocumented(
    module: Module,
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
    name: str,
    sections: Sequence[str],
) -> Iterator[Spot]:
    if missing := missing_sections(ast.get_docstring(node), sections):
        yield Spot(module.file, node.lineno, f"{name} lacks {', '.join(f'{each}:' for each in missing)}.")


def _orchestrators(subject: Subject) -> list[tuple[Module, ast.ClassDef]]:
    return [
        (module, node)
        for module in (*subject.modules, *subject.workflows)
        for node in module.classes
        if any(last(each.value) == "BaseOrchestrator" for each in node.keywords if each.arg == "metaclass")
        or any(last(base) == "Workflow" or last(base).endswith("Orchestrator") for base in node.bases)
    ]


def _collected(subject: Subject) -> set[str]:
    """The names inside the plugin's collect_orchestrators."""
    own = subject.module(subject.name)
    found = (node for node in ast.walk(own.tree) if isinstance(node, ast.FunctionDef)) if own else ()
    return {last(inner) for node in found if node.name == "collect_orchestrators" for inner in ast.walk(node)}


def _in_lines(subject: Subject) -> set[str]:
    """The classes of the registrations that are written down by hand."""
    path = subject.site.repository / _LINES
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and last(node) == "register"]
    return {
        last(argument) for call in found for argument in (*call.args, *(each.value for each in call.keywords))
    }
