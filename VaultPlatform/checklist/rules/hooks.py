"""Hooks: what is implemented or called is specified, by a file that knows nothing but pluggy."""

import ast
import difflib
from collections.abc import Iterator

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.reading import (
    Function,
    calls,
    decorators,
    dotted,
    keyword,
    last,
    methods,
    text_of,
)
from VaultPlatform.checklist.registry import EVERYBODY, rule
from VaultPlatform.checklist.source import Module
from VaultPlatform.checklist.subject import Subject

_REFUSED = ("wrapper", "hookwrapper", "tryfirst", "trylast")
#: What a file of specifications may import.
_PURE = frozenset({"pluggy", "typing", "collections", "__future__", "uuid", "datetime", "decimal", "pathlib"})


@rule(
    "hooks-specified",
    says="Every hook that is implemented or called has a specification with these arguments.",
    remedy="Spell it as in docs/hook-reference.md; a new hook gets a method with @hookspec in Hooks/, another plugin's"
    " @hookimpl(optionalhook=True).",
    scope=EVERYBODY,
)
def _hooks_specified(subject: Subject) -> Iterator[Spot]:
    specified = specifications(subject)
    for module, function, options in _implementations(subject):
        name = _named(options) or function.name
        if name in specified:
            for argument in [each.arg for each in (*function.args.args[1:], *function.args.posonlyargs)]:
                if argument not in specified[name]:
                    what = f"The hook {name} has no argument {argument}{_near(argument, specified[name])}."
                    yield Spot(module.file, function.lineno, what)
        elif not _is_set(options, "optionalhook"):
            yield Spot(module.file, function.lineno, f"There is no hook {name}{_near(name, specified)}.")
    yield from _unspecified_calls(subject, specified)


def _unspecified_calls(subject: Subject, specified: dict[str, tuple[str, ...]]) -> Iterator[Spot]:
    for module in subject.modules:
        for line, name in _called(module):
            if name not in specified:
                near = _near(name, specified)
                yield Spot(module.file, line, f"It calls the hook {name}, which nobody specifies{near}.")


@rule(
    "hooks-plain",
    says="A hook implementation is a plain method, and stands in the order of Base.active_plugins.",
    remedy="Write a plain def without yield, and take wrapper, hookwrapper, tryfirst and trylast away.",
)
def _hooks_plain(subject: Subject) -> Iterator[Spot]:
    for module, function, options in _implementations(subject):
        for option in _REFUSED:
            if _is_set(options, option):
                yield Spot(module.file, function.lineno, f"{function.name} uses {option}.")
        if isinstance(function, ast.AsyncFunctionDef):
            yield Spot(module.file, function.lineno, f"{function.name} is an async def, which nobody awaits.")
        if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function)):
            yield Spot(
                module.file, function.lineno, f"{function.name} contains a yield, so calling it does nothing."
            )


@rule(
    "hooks-marked",
    says="A method of the plugin's class that is called like a hook is an implementation of it.",
    remedy="Write @hookimpl above it: without, it is never called. Give a method that is none another name.",
)
def _hooks_marked(subject: Subject) -> Iterator[Spot]:
    own = subject.module(subject.name)
    if own is None:
        return
    specified = specifications(subject)
    for node in own.tree.body:
        if isinstance(node, ast.ClassDef) and node.name == subject.name:
            for method in methods(node):
                if method.name in specified and "hookimpl" not in decorators(method):
                    what = f"{method.name} is called like a hook, and has no @hookimpl."
                    yield Spot(own.file, method.lineno, what)


@rule(
    "specifications-apart",
    says="Hook specifications are in Hooks/, in files that import pluggy and nothing of ours.",
    remedy="Move the @hookspec to a class in Hooks/<Noun>Hooks.py, and say types in plain Python.",
)
def _specifications_apart(subject: Subject) -> Iterator[Spot]:
    for module in subject.modules:
        if module.parts[0] == "Hooks":
            for each in module.imports:
                if each.module.partition(".")[0] not in _PURE and not each.for_types:
                    yield Spot(module.file, each.line, f"A specification imports {each.target}.")
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef) and "hookspec" in decorators(node):
                yield Spot(module.file, node.lineno, f"{node.name} is specified outside of Hooks/.")


def specifications(subject: Subject) -> dict[str, tuple[str, ...]]:
    """The hooks that there are for the subject, with their arguments: the core's and its own."""
    found: dict[str, tuple[str, ...]] = {}
    for folder in (subject.site.repository / "Plugins" / "Hooks", subject.folder / "Hooks"):
        for path in sorted(folder.glob("*.py")):
            try:
                tree = ast.parse(path.read_text(encoding="utf-8"))
            except SyntaxError:  # told by the rule `readable`, or by the core's own tests
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and "hookspec" in decorators(node):
                    found[node.name] = tuple(each.arg for each in node.args.args[1:])
    return found


def _implementations(subject: Subject) -> Iterator[tuple[Module, Function, ast.expr]]:
    """Each hook implementation with the decorator that makes it one."""
    for module in subject.modules if subject.is_plugin else ():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for decorator in node.decorator_list:
                    if last(decorator) == "hookimpl":
                        yield module, node, decorator


def _is_set(options: ast.expr, name: str) -> bool:
    value = keyword(options, name) if isinstance(options, ast.Call) else None
    return isinstance(value, ast.Constant) and bool(value.value)


def _named(options: ast.expr) -> str | None:
    return text_of(keyword(options, "specname")) if isinstance(options, ast.Call) else None


def _called(module: Module) -> Iterator[tuple[int, str]]:
    for call in calls(module.tree):
        owner, _, name = dotted(call.func).rpartition(".")
        if owner.endswith("plugin_manager.hook"):
            yield call.lineno, name
        elif name == "queue_event" or (name == "filter" and owner.endswith("plugin_manager")):
            hook = text_of(call.args[0]) if call.args else None
            if hook is not None:
                yield call.lineno, hook


def _near(name: str, known: dict[str, tuple[str, ...]] | tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
