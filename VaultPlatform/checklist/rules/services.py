"""Services: the eight primitives on one model, and the only code that asks tables."""

import ast
from collections.abc import Iterator

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.reading import dotted, last
from VaultPlatform.checklist.registry import EVERYBODY, rule
from VaultPlatform.checklist.source import Module
from VaultPlatform.checklist.subject import Subject

PRIMITIVES = frozenset(
    {"create", "get", "filter", "update", "delete", "bulk_create", "bulk_update", "bulk_delete"}
)
WRITING = PRIMITIVES - {"get", "filter"}
_MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
#: Modules that have models: of the core, and of any plugin.
_TABLES = ("VaultModels.models", "VaultModels.control")


def is_service_class(node: ast.ClassDef) -> bool:
    """Whether a class is a service: it is called one, or derives from the base of all."""
    return node.name.endswith("Service") or any(last(base) == "ModelService" for base in node.bases)


@rule(
    "service-primitives",
    says="A service shows create, get, filter, update, delete, bulk_create, bulk_update, bulk_delete, no more.",
    remedy="Say it in GetApisbll or PostApisbll, built on the eight primitives, or begin its name with _.",
    scope=EVERYBODY,
)
def _service_primitives(subject: Subject) -> Iterator[Spot]:
    for module in subject.modules:
        for node in (each for each in ast.walk(module.tree) if isinstance(each, ast.ClassDef)):
            if not is_service_class(node):
                continue
            if not module.is_service:
                yield Spot(module.file, node.lineno, f"{node.name} is a service outside of a service.py.")
                continue
            for name, line in _shown(node):
                yield Spot(module.file, line, f"{node.name}.{name} is none of the eight primitives.")


def _shown(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    for each in node.body:
        names: list[str] = []
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = [each.name]
        elif isinstance(each, ast.Assign):
            names = [dotted(target) for target in each.targets]
        elif isinstance(each, ast.AnnAssign):
            names = [dotted(each.target)]
        for name in names:
            if not name.startswith("_") and name not in PRIMITIVES | {"model"}:
                yield name, each.lineno


@rule(
    "only-services-query",
    says="Only service.py imports models and asks tables.",
    remedy="Ask the model's service; for an annotation import the model under `if TYPE_CHECKING:`, for a class by its"
    " name use VaultModels.ModelRegistry.",
    scope=EVERYBODY,
)
def _only_services_query(subject: Subject) -> Iterator[Spot]:
    tables = (*_TABLES, f"{subject.package}.models")
    for module in subject.modules:
        if module.is_service or module.parts[0] in {"models", "apps"}:
            continue
        for each in module.imports:
            if each.within(*tables) and not each.for_types:
                yield Spot(module.file, each.line, f"It imports {each.target}.")
            elif each.target in {"django.db.connection", "django.db.connections"}:
                yield Spot(module.file, each.line, "It opens the database by itself.")
        yield from _managers(module)


def _managers(module: Module) -> Iterator[Spot]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in _MANAGERS:
            yield Spot(module.file, node.lineno, f"{ast.unparse(node)} asks a table past its service.")
