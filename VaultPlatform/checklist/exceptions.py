"""Exceptions that an author makes, with a reason: `# checklist: allow <rule>: <reason>` beside what is excepted.

The comment holds for its own line and the next one. In front of a file's first statement it holds for the file, in
plugin.yaml for the whole plugin.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.subject import Subject

MANIFEST = "plugin.yaml"
_COMMENT = re.compile(r"#\s*checklist:\s*allow\s+(?P<rule>[\w-]+)\s*:?\s*(?P<reason>.*)$")


class Reach(Enum):
    """How far an exception holds."""

    LINE = "its line and the next"
    FILE = "the file"
    PLUGIN = "the whole plugin"


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """One such comment."""

    rule: str
    reason: str
    file: str
    line: int
    #: How far it holds.
    reach: Reach

    def covers(self, rule: str, spot: Spot) -> bool:
        """Whether it excepts that the rule is broken there."""
        if self.rule != rule or not self.reason:
            return False
        if self.reach is Reach.LINE:
            return self.file == spot.file and spot.line in (self.line, self.line + 1)
        return self.reach is Reach.PLUGIN or self.file == spot.file


def allowances(subject: Subject) -> list[Allowance]:
    """All such comments of a plugin or feature."""
    return list(_allowances(subject))


def _allowances(subject: Subject) -> Iterator[Allowance]:
    for module in (*subject.modules, *subject.migrations):
        first = _first_statement(module.tree)
        for number, comment in _comments(module.text):
            reach = Reach.FILE if number < first else Reach.LINE
            yield _allowance(comment, module.file, number, reach)
    manifest = subject.folder / MANIFEST
    if manifest.is_file():
        for number, comment in _comments(manifest.read_text(encoding="utf-8", errors="replace")):
            yield _allowance(comment, subject.file(manifest), number, Reach.PLUGIN)


def _allowance(comment: re.Match[str], file: str, line: int, reach: Reach) -> Allowance:
    reason = comment["reason"].strip()
    return Allowance(rule=comment["rule"], reason=reason, file=file, line=line, reach=reach)


def _comments(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _COMMENT.search(line):
            yield number, found


def _first_statement(tree: ast.Module) -> int:
    """The line of the first statement behind the docstring."""
    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    if not body:
        return 0
    decorators: list[ast.expr] = getattr(body[0], "decorator_list", [])
    return min(body[0].lineno, *(each.lineno for each in decorators)) if decorators else body[0].lineno
