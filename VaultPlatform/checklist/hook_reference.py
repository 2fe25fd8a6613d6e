"""docs/hook-reference.md: the core's hooks, from their specifications; and the same text of a plugin's own.

A docstring says when the hook is called, under `Input:` what each argument is, and under `Output:` what an
implementation returns, unless it returns nothing.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from VaultPlatform.checklist.reading import decorators

PAGE = "docs/hook-reference.md"
#: Where the core's specifications are.
CORE = "Plugins/Hooks"
_HEAD = """# Hook reference

All hooks of the core. `manage.py plugins hooks` makes this page from the specifications in `Plugins/Hooks/`.
[hooks.md](hooks.md) says how a hook is implemented, what the beginning of its name means, and what happens when an
implementation fails.
"""
_KINDS = {
    "before_": "A check, inside the transaction and before the write: a `VaultError` forbids it.",
    "on_": "An event, after the commit.",
    "filter_": "A filter: its first argument is the value, and `None` leaves that as it is.",
    "collect_": "A question, at start or on demand.",
}
_OTHER = "Called as it stands; contained as an event is."
_SECTION = re.compile(r"^(Input|Output):[ \t]*", re.MULTILINE)
_ARGUMENT = re.compile(r"^ *- (\w+): ", re.MULTILINE)


class Undescribed(Exception):
    """Specifications do not say what the reference has to; the message has a line for each fault, with its place."""


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One argument of a hook."""

    name: str
    type: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Specification:
    """One hook, as its specification describes it. What is not said there is ""."""

    name: str
    #: File and line of it.
    where: str
    when: str
    arguments: tuple[Argument, ...]
    #: Type of what an implementation returns, and what that means.
    returns: str
    gives: str
    #: What `Input:` describes, and the hook does not take.
    strange: tuple[str, ...]

    @property
    def kind(self) -> str:
        """What the beginning of its name says."""
        return next((says for prefix, says in _KINDS.items() if self.name.startswith(prefix)), _OTHER)

    @property
    def faults(self) -> list[str]:
        """What a reader is not told of, or told wrongly."""
        found = [] if self.when else ["does not say when it is called"]
        found += [f"lacks Input: {each.name}" for each in self.arguments if not each.what]
        found += [f"lacks the type of {each.name}" for each in self.arguments if not each.type]
        found += [f"has no argument {name}" for name in self.strange]
        return found + (["lacks Output:"] if self.returns != "None" and not self.gives else [])


@dataclass(frozen=True, kw_only=True)
class Noun:
    """A class of specifications."""

    name: str
    what: str
    hooks: tuple[Specification, ...]


def reference_page(repository: Path) -> str:
    """The page as it has to be. Raises Undescribed."""
    return f"{_HEAD}\n{reference_of(repository / CORE)}"


def reference_of(folder: Path) -> str:
    """The hooks specified in the files of `folder`, for people. Raises Undescribed, SyntaxError."""
    nouns = read_nouns(folder)
    faults = [
        f"{each.where}: {each.name} {fault}" for noun in nouns for each in noun.hooks for fault in each.faults
    ]
    if faults:
        raise Undescribed("\n".join(faults))
    return "\n".join(line for noun in nouns for line in _told(noun))


def read_nouns(folder: Path) -> list[Noun]:
    """The classes of specifications in `folder`, by file. Raises SyntaxError."""
    return [
        Noun(name=node.name, what=_joined(ast.get_docstring(node) or ""), hooks=hooks)
        for path in sorted(folder.glob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8"), str(path)).body
        if isinstance(node, ast.ClassDef) and (hooks := tuple(_hooks_of(node, path)))
    ]


def _hooks_of(node: ast.ClassDef, path: Path) -> Iterator[Specification]:
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and "hookspec" in decorators(each):
            when, sections = _sections(ast.get_docstring(each) or "")
            _, *parts = _ARGUMENT.split(sections.get("Input", ""))
            described = dict(zip(parts[::2], map(_joined, parts[1::2]), strict=True))
            given = [(argument.arg, _type(argument.annotation)) for argument in each.args.args[1:]]
            yield Specification(
                name=each.name,
                where=f"{path.parent.name}/{path.name}:{each.lineno}",
                when=when,
                arguments=tuple(
                    Argument(name=name, type=kind, what=described.get(name, "")) for name, kind in given
                ),
                returns=_type(each.returns),
                gives=_joined(sections.get("Output", "")).removeprefix("- "),
                strange=tuple(described.keys() - dict(given).keys()),
            )


def _sections(docstring: str) -> tuple[str, dict[str, str]]:
    """What is in front of the sections, and the text of each."""
    when, *parts = _SECTION.split(docstring)
    return _joined(when), dict(zip(parts[::2], parts[1::2], strict=True))


def _joined(text: str) -> str:
    return " ".join(text.split())


def _type(annotation: ast.expr | None) -> str:
    return ast.unparse(annotation) if annotation is not None else ""


def _told(noun: Noun) -> Iterator[str]:
    yield from (f"## {noun.name}", "", noun.what, "")
    for hook in noun.hooks:
        yield from (f"### {hook.name}({', '.join(each.name for each in hook.arguments)})", "")
        yield from (hook.kind, "", hook.when, "")
        told = [f"- `{each.name}` (`{each.type}`): {each.what}" for each in hook.arguments]
        if hook.gives:
            told.append(f"- returns `{hook.returns}`: {hook.gives}")
        yield from (*told, "") if told else ()
