"""One name: of the folder, the file, the class, the manifest and the Django app."""

import ast
import keyword
import sys
from collections.abc import Iterator

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.reading import attribute_of, text_of
from VaultPlatform.checklist.registry import rule
from VaultPlatform.checklist.source import Module
from VaultPlatform.checklist.subject import Kind, Subject
from VaultPlatform.host.inventory import RESERVED


def name_problem(name: str) -> str | None:
    """Why a plugin cannot be called so; None if it can."""
    if not name.isidentifier() or keyword.iskeyword(name):
        return f'"{name}" is not a Python identifier, so Plugins.{name} cannot be imported.'
    if name in RESERVED or name in {"tests", "Plugins"}:
        return f'"{name}" is the platform\'s own name inside Plugins/.'
    if name in sys.stdlib_module_names:
        return f'"{name}" would stand in front of Python\'s own module of that name.'
    if not name[0].isalpha() or not name.isascii():
        return f'"{name}" does not begin with a letter, or has others than English ones.'
    return None


@rule(
    "readable",
    says="Every file is Python that can be read.",
    remedy="Mend the syntax; until then no other rule looks at the file.",
    scope=frozenset(Kind),
)
def _readable(subject: Subject) -> Iterator[Spot]:
    yield from subject.broken


@rule(
    "folder-name",
    says="The folder's name is a Python identifier that nobody else has.",
    remedy="Rename the folder, and with it the class, its file and the name in Base.active_plugins.",
)
def _folder_name(subject: Subject) -> Iterator[Spot]:
    if problem := name_problem(subject.name):
        yield subject.at("__init__.py", problem)


@rule(
    "class-name",
    says="The class with the hooks, its file and the folder have one name.",
    remedy="Call the file <Name>.py and the class <Name>, exactly like the folder.",
)
def _class_name(subject: Subject) -> Iterator[Spot]:
    own = subject.module(subject.name)
    if own is not None:
        if not any(node.name == subject.name for node in own.classes):
            others = ", ".join(node.name for node in own.classes) or "no class"
            yield Spot(own.file, _first_class(own), f"It has {others}, and not {subject.name}.")
        return
    for module in subject.modules:
        if len(module.parts) == 1 and _alike(module.stem, subject.name):
            yield Spot(module.file, 1, f"The file is called {module.stem}.py; the folder is {subject.name}.")
        for node in module.classes if len(module.parts) == 1 else ():
            if any("hookimpl" in ast.unparse(each) for inner in node.body for each in _decorators(inner)):
                yield Spot(module.file, node.lineno, f"Hooks are implemented outside of {subject.name}.py.")


def _first_class(module: Module) -> int:
    return module.classes[0].lineno if module.classes else 1


def _alike(one: str, other: str) -> bool:
    return one.replace("_", "").casefold() == other.replace("_", "").casefold()


def _decorators(node: ast.stmt) -> list[ast.expr]:
    return node.decorator_list if isinstance(node, ast.FunctionDef) else []


@rule(
    "app-name",
    says="The Django app is named Plugins.<Name>, and its label is <Name>, there and in each Meta.app_label.",
    remedy='In apps.py write name = "Plugins.<Name>" and label = "<Name>"; in Meta app_label = "<Name>", or nothing.',
)
def _app_name(subject: Subject) -> Iterator[Spot]:
    apps = subject.module("apps")
    configs = [node for node in apps.classes if _is_config(node)] if apps else []
    for node in configs:
        for attribute, wanted in (("name", subject.package), ("label", subject.name)):
            value = attribute_of(node, attribute)
            if (text_of(value) if value else wanted) != wanted or (value is None and attribute == "name"):
                said = ast.unparse(value) if value else "missing"
                line = value.lineno if value else node.lineno
                yield Spot(
                    apps.file if apps else "", line, f'{node.name}.{attribute} is {said}, not "{wanted}".'
                )
    for module, model in subject.models:
        for meta in (
            inner for inner in model.body if isinstance(inner, ast.ClassDef) and inner.name == "Meta"
        ):
            label = attribute_of(meta, "app_label")
            if label is not None and text_of(label) != subject.name:
                said = ast.unparse(label)
                yield Spot(
                    module.file,
                    label.lineno,
                    f'Meta.app_label of {model.name} is {said}, not "{subject.name}".',
                )


def _is_config(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith("AppConfig") for base in node.bases)
