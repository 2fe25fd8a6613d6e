"""Views: behind the sign-in, thin, and answering with what the run left."""

import ast
from collections.abc import Iterator

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.graph import Place, reached
from VaultPlatform.checklist.reading import attribute_of, calls, decorators, last, methods, text_of
from VaultPlatform.checklist.registry import EVERYBODY, rule
from VaultPlatform.checklist.source import Module
from VaultPlatform.checklist.subject import Subject

_WRITES = frozenset({"post", "put", "patch", "delete"})
_VERBS = _WRITES | {"get", "head", "options"}
_KEYS = frozenset({"result", "result_status"})
_BASE = "ModelAPIView"


@rule(
    "views-derive",
    says="Every view derives from ModelAPIView.",
    remedy="Derive it from ModelAPIView of NimbusVaultConstants, which says who may reach it.",
    scope=EVERYBODY,
)
def _views_derive(subject: Subject) -> Iterator[Spot]:
    good = _derived(subject)
    for module, node in _view_classes(subject):
        if node.name not in good:
            bases = ", ".join(ast.unparse(base) for base in node.bases) or "nothing"
            yield Spot(module.file, node.lineno, f"{node.name} is a plain view, derived from {bases}.")
    for module in subject.modules:
        for function in module.functions.values() if module.is_views else ():
            first = function.args.args[0].arg if function.args.args else ""
            if first == "request" and not function.name.startswith("_"):
                yield Spot(module.file, function.lineno, f"{function.name} is a plain function as a view.")


def _view_classes(subject: Subject) -> Iterator[tuple[Module, ast.ClassDef]]:
    for module in subject.modules:
        for node in module.classes if module.is_views else ():
            has_verbs = any(each.name in _VERBS for each in methods(node))
            if has_verbs or any(last(base).endswith(("View", "ViewSet")) for base in node.bases):
                yield module, node


def _derived(subject: Subject) -> set[str]:
    """The names of the subject's classes that derive from ModelAPIView, themselves or by one another."""
    bases = {
        node.name: {last(base) for base in node.bases}
        for module in subject.modules
        for node in module.classes
    }
    good = {_BASE}
    while more := {name for name, above in bases.items() if above & good} - good:
        good |= more
    return good


@rule(
    "public-views",
    says="A view that is open to everybody says why.",
    remedy="Take @public away, or say why behind it: # checklist: allow public-views: <the reason>.",
    scope=EVERYBODY,
)
def _public_views(subject: Subject) -> Iterator[Spot]:
    for module in subject.modules:
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ClassDef | ast.FunctionDef):
                continue
            if "public" in decorators(node):
                yield Spot(module.file, node.decorator_list[0].lineno, f"{node.name} is open to everybody.")
            elif isinstance(node, ast.ClassDef) and (opening := _opening(node)):
                yield Spot(
                    module.file, opening.lineno, f"{node.name} asks for no sign-in: {ast.unparse(opening)}."
                )


def _opening(node: ast.ClassDef) -> ast.expr | None:
    """The attribute by which a view lets everybody in."""
    for name in ("permission_classes", "authentication_classes"):
        value = attribute_of(node, name)
        if isinstance(value, ast.List | ast.Tuple) and all(last(each) == "AllowAny" for each in value.elts):
            return value
    return None


@rule(
    "views-answer",
    says="A view that writes answers with the run's result and result_status.",
    remedy="Stage an orchestrator and return run_response(orchestrator), or read result and result_status yourself.",
    scope=EVERYBODY,
)
def _views_answer(subject: Subject) -> Iterator[Spot]:
    for module, node in _view_classes(subject):
        for method in methods(node):
            if method.name not in _WRITES:
                continue
            places = reached(subject, Place(module, method, node))
            if not any(_answers(call) for place in places for call in calls(place.function)):
                yield Spot(module.file, method.lineno, f"{node.name}.{method.name} answers without a run.")


def _answers(call: ast.Call) -> bool:
    if last(call) == "run_response":
        return True
    return last(call) == "get_context_value" and bool(call.args) and text_of(call.args[0]) in _KEYS
