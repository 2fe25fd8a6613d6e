"""What belongs to a table: an app, migrations that can be undone, and a service."""

import ast
from collections.abc import Iterator

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.reading import calls, keyword, last, text_of, texts
from VaultPlatform.checklist.registry import rule
from VaultPlatform.checklist.source import Module
from VaultPlatform.checklist.subject import Kind, Subject

#: What a column that says whose row it is tends to be called.
_OWNERS = frozenset({"org", "organisation", "organization", "tenant", "org_slug", "org_id", "tenant_id"})
#: What runs code or SQL in a migration, and what undoes it: by name, and its place.
_UNDONE_BY = {"RunPython": ("reverse_code", 1), "RunSQL": ("reverse_sql", 1)}


@rule(
    "tables-complete",
    says="A plugin with models.py has apps.py, migrations and a service for each model.",
    remedy="Add apps.py with an AppConfig, run manage.py plugins makemigrations <Name>, and write a service.py with"
    " class <Model>Service(ModelService[<Model>]): model = <Model>.",
)
def _tables_complete(subject: Subject) -> Iterator[Spot]:
    if not subject.models:
        return
    first, node = subject.models[0]
    if not subject.has("apps.py", "apps"):
        yield Spot(first.file, node.lineno, "There are models, and no apps.py.")
    if not subject.migrations:
        yield Spot(first.file, node.lineno, "There are models, and no migration that makes their tables.")
    services = [module for module in subject.modules if module.is_service]
    for module, model in subject.models:
        if not any(_speaks_of(each.tree, model.name) for each in services):
            yield Spot(module.file, model.lineno, f"No service.py is for the model {model.name}.")


def _speaks_of(tree: ast.Module, name: str) -> bool:
    """Whether the tree uses the name, and does not just import it."""
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))


@rule(
    "no-owner-column",
    says="No column says which organisation a row belongs to: the database does.",
    remedy="Take the column out; each organisation's rows are in a database of its own.",
)
def _no_owner_column(subject: Subject) -> Iterator[Spot]:
    for module, model in subject.models:
        for node in model.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                for name in [target.id for target in node.targets if isinstance(target, ast.Name)]:
                    if name.lower() in _OWNERS:
                        yield Spot(module.file, node.lineno, f"{model.name} has a column {name}.")


@rule(
    "migrations-reversible",
    says="Every migration can be undone, and names those it builds on exactly.",
    remedy="Give RunPython a reverse_code and RunSQL a reverse_sql (RunPython.noop where there is nothing to undo);"
    ' in place of "__latest__" name the migration.',
    scope=frozenset({Kind.PLUGIN, Kind.TABLES}),
)
def _migrations_reversible(subject: Subject) -> Iterator[Spot]:
    for module in subject.migrations:
        yield from irreversible(module)


def irreversible(module: Module) -> Iterator[Spot]:
    """Where a migration cannot be undone, or depends on something that changes."""
    for call in calls(module.tree):
        name = last(call)
        if name in _UNDONE_BY:
            by, place = _UNDONE_BY[name]
            given = call.args[place] if len(call.args) > place else keyword(call, by)
            if given is None or (isinstance(given, ast.Constant) and given.value is None):
                yield Spot(
                    module.file, call.lineno, f"{name} has no {by}, so the migration cannot be undone."
                )
    for node in texts(module.tree):
        if text_of(node) == "__latest__":
            yield Spot(module.file, node.lineno, 'It depends on "__latest__", which is another one tomorrow.')
