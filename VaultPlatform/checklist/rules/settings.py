"""Settings: the plugin is switched on where it should be, and what may differ is in its own block."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.reading import calls, dotted, last, text_of, texts
from VaultPlatform.checklist.registry import EVERYBODY, rule
from VaultPlatform.checklist.source import Module
from VaultPlatform.checklist.subject import Subject

_FILE = "VaultSettings.json"
_URL = re.compile(r"\b(?:https?|ftp|ldaps?|amqps?|redis|postgres(?:ql)?|smtp)://(?P<host>[\w.-]+)")
#: Hosts that are reserved for examples.
_EXAMPLES = re.compile(r"(?:^|\.)example(?:\.(?:org|com|net))?$")
_SECRET = re.compile(
    r"(?:^|_)(?:password|passwd|secret|token|api_?key|private_key|credentials?)$", re.IGNORECASE
)


@rule(
    "listed",
    says="The plugin is listed in Base.active_plugins of every settings file where it should be on.",
    remedy="Add its name to Base.active_plugins; a plugin that is meant to be off says so in its plugin.yaml:"
    " # checklist: allow listed: <the reason>.",
)
def _listed(subject: Subject) -> Iterator[Spot]:
    for path in subject.site.settings:
        text = path.read_text(encoding="utf-8")
        try:
            names = _active(json.loads(text))
        except ValueError as error:
            yield Spot(
                _shown(subject, path), getattr(error, "lineno", 1), f"This is no settings file: {error}."
            )
            continue
        if subject.name not in names:
            yield Spot(
                _shown(subject, path),
                _line_of(text, '"active_plugins"'),
                f"{subject.name} is not listed in it.",
            )


def _active(settings: Any) -> list[Any]:
    base = settings.get("Base", {}) if isinstance(settings, dict) else {}
    names = base.get("active_plugins", []) if isinstance(base, dict) else []
    return names if isinstance(names, list) else []


def _line_of(text: str, part: str) -> int:
    return text[: text.find(part)].count("\n") + 1 if part in text else 1


def _shown(subject: Subject, path: Path) -> str:
    repository = subject.site.repository
    return path.relative_to(repository).as_posix() if path.is_relative_to(repository) else str(path)


@rule(
    "own-block",
    says="Settings come from the plugin's own block, read by vault_settings.plugin(<Name>, Settings) alone.",
    remedy="Give config.py a class Settings, and read that; secrets are references in the block.",
)
def _own_block(subject: Subject) -> Iterator[Spot]:
    for module in subject.modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute | ast.Name) and last(node) in {"environ", "getenv"}:
                yield Spot(module.file, node.lineno, "It takes a setting from the environment.")
        yield from _elsewhere(module, own=subject.name)


def _elsewhere(module: Module, *, own: str) -> Iterator[Spot]:
    """Where the settings file itself is read, or the block of somebody else."""
    for node in texts(module.tree):
        if _FILE in str(node.value):
            yield Spot(module.file, node.lineno, f"It reaches for {_FILE} itself.")
    for call in calls(module.tree):
        if dotted(call.func).endswith("vault_settings.plugin") and call.args:
            name = _value(module, call.args[0])
            if name is not None and name.removesuffix("_Plugin") != own.removesuffix("_Plugin"):
                yield Spot(module.file, call.lineno, f'It reads the block of "{name}".')


def _value(module: Module, node: ast.expr) -> str | None:
    """The text of an argument, or of the constant of the module that it names."""
    if isinstance(node, ast.Name):
        for each in module.tree.body:
            if isinstance(each, ast.Assign) and any(dotted(target) == node.id for target in each.targets):
                return text_of(each.value)
    return text_of(node)


@rule(
    "nothing-hard-coded",
    says="No address of a server and no secret stands in the code.",
    remedy='Make it a setting in config.py; a secret is a reference in the block: {"$env": "NAME"}.',
    scope=EVERYBODY,
)
def _nothing_hard_coded(subject: Subject) -> Iterator[Spot]:
    for module in subject.modules:
        for node in texts(module.tree):
            found = _URL.search(str(node.value))
            if found and not _EXAMPLES.search(found["host"]):
                yield Spot(module.file, node.lineno, f"The address {found[0]} is written down.")
        for name, value in _given(module.tree):
            if _SECRET.search(name) and text_of(value):
                yield Spot(module.file, value.lineno, f"A value for {name} is written down.")


def _given(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Names with what is assigned or passed to them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            yield from ((last(target), node.value) for target in node.targets)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield last(node.target), node.value
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg, node.value
