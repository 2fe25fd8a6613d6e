"""What the checklist answers: findings, and exceptions with the reasons that the author gives for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Spot(NamedTuple):
    """Where a rule is broken: what a rule's check yields."""

    #: As in `Module.file`.
    file: str
    line: int
    #: What is wrong there.
    what: str


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    """A rule that is broken somewhere; in the order of files and lines."""

    file: str
    line: int
    rule: str
    what: str
    #: What to do about it.
    remedy: str


@dataclass(frozen=True, kw_only=True, order=True)
class Excepted:
    """A finding that the author has excepted, with the reason given."""

    finding: Finding
    reason: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that was found in one plugin, or in one feature of the core."""

    subject: str
    #: Rules that were looked at.
    rules: Sequence[str]
    findings: Sequence[Finding]
    excepted: Sequence[Excepted]
