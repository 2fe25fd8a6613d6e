"""Exceptions that an author makes, with a reason: `# checklist: allow <rule>: <reason>` beside what is excepted.

The comment holds for its own line and the next one; in the first docstring-free lines of plugin.yaml it holds for the
whole plugin. Reading one takes the text alone, so that broken files can be excepted as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.subject import Subject

MANIFEST = "plugin.yaml"
_COMMENT = re.compile(r"#\s*checklist:\s*allow\s+(?P<rule>[\w-]+)\s*:?\s*(?P<reason>.*)$")


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """One such comment."""

    rule: str
    reason: str
    file: str
    line: int
    #: Whether it stands in the manifest.
    for_all: bool

    def covers(self, rule: str, spot: Spot) -> bool:
        """Whether it excepts that the rule is broken there."""
        if self.rule != rule or not self.reason:
            return False
        return self.for_all or (self.file == spot.file and spot.line in (self.line, self.line + 1))


def allowances(subject: Subject) -> list[Allowance]:
    """All such comments of a plugin or feature."""
    return list(_allowances(subject))


def _allowances(subject: Subject) -> Iterator[Allowance]:
    texts = [(module.file, module.text) for module in (*subject.modules, *subject.migrations)]
    manifest = subject.folder / MANIFEST
    if manifest.is_file():
        texts.append((subject.file(manifest), manifest.read_text(encoding="utf-8", errors="replace")))
    for file, text in texts:
        for number, line in enumerate(text.splitlines(), start=1):
            if found := _COMMENT.search(line):
                yield Allowance(
                    rule=found["rule"],
                    reason=found["reason"].strip(),
                    file=file,
                    line=number,
                    for_all=file.endswith(f"/{MANIFEST}"),
                )
