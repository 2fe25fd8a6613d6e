"""Running the checklist over a subject."""

from pathlib import Path

import VaultPlatform.checklist.rules  # noqa: F401  # enters them
from VaultPlatform.checklist.exceptions import allowances
from VaultPlatform.checklist.findings import Excepted, Finding, Report, Spot
from VaultPlatform.checklist.registry import RULES, Rule
from VaultPlatform.checklist.subject import Site, Subject


class CannotCheck(Exception):
    """There is nothing that could be checked; the message says why."""


def plugin_at(folder: Path, *, site: Site) -> Subject:
    """The plugin in `folder`, wherever that is. Raises CannotCheck if there is no Python file in it."""
    folder = folder.resolve()
    if not folder.is_dir():
        raise CannotCheck(f"{folder} is no folder.")
    if not any(folder.glob("*.py")):
        inside = [each.name for each in sorted(folder.iterdir()) if (each / "__init__.py").exists()]
        hint = f"; did you mean {folder.name}/{inside[0]}?" if inside else "."
        raise CannotCheck(f"{folder} holds no Python file, so it is no plugin{hint}")
    return Subject(name=folder.name, folder=folder, site=site)


def check(subject: Subject) -> Report:
    """Look at every rule that is for such a subject."""
    looked_at = [rule for rule in RULES.values() if subject.kind in rule.scope]
    allowed = allowances(subject)
    findings: list[Finding] = []
    excepted: list[Excepted] = []
    for rule in looked_at:
        for spot in dict.fromkeys(rule.check(subject)):
            finding = _finding(rule, spot)
            reason = next((each.reason for each in allowed if each.covers(rule.id, spot)), None)
            if reason is None:
                findings.append(finding)
            else:
                excepted.append(Excepted(finding=finding, reason=reason))
    return Report(
        subject=subject.name,
        rules=[rule.id for rule in looked_at],
        findings=sorted(findings),
        excepted=sorted(excepted),
    )


def _finding(rule: Rule, spot: Spot) -> Finding:
    return Finding(file=spot.file, line=spot.line, rule=rule.id, what=spot.what, remedy=rule.remedy)
