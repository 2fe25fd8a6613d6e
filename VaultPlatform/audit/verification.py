"""Does a chain hold? Every entry is read once, in order, with a constant amount of memory; each fault is a finding.

Judged are payloads by their hashes, columns by their payloads, numbers by having no gaps, the head by the last entry,
and the chain as a whole by its anchor, an end that it once had. Entries that are appended meanwhile are read as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import DatabaseError

from VaultPlatform.audit.canonical import GENESIS, canonical, digest
from VaultPlatform.audit.reading import End, OrganisationChain

#: Findings that a report holds; all are counted.
MAX_FINDINGS = 100


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One fault."""

    #: Number of the entry; 0 where it is about no single one.
    seq: int
    #: "hash", "column", "gap", "head", "anchor" or "unreadable".
    kind: str
    #: For people.
    what: str


@dataclass(kw_only=True)
class Report:
    """What a verification has found."""

    entries: int = 0
    #: Where the chain ends: worth keeping outside of the site.
    head: End = field(default_factory=lambda: End(seq=0, hash=GENESIS))
    #: The first MAX_FINDINGS.
    findings: list[Finding] = field(default_factory=list)
    found: int = 0

    @property
    def valid(self) -> bool:
        """Whether nothing was found."""
        return self.found == 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "valid": self.valid,
            "entries": self.entries,
            "head": asdict(self.head),
            "found": self.found,
            "findings": [asdict(each) for each in self.findings],
        }


def verify(chain: OrganisationChain) -> Report:
    """Read the whole of `chain`."""
    return _Verification(chain).run()


def exported(chain: OrganisationChain) -> Iterator[str]:
    """The whole of `chain` as lines: `{"seq", "hash", "payload"}` each, and `{"entries", "head"}` at last."""
    count, last = 0, End(seq=0, hash=GENESIS)
    for row in chain.rows():
        count, last = count + 1, End(seq=row.seq, hash=row.hash)
        yield canonical({"seq": row.seq, "hash": row.hash, "payload": row.payload}) + "\n"
    yield canonical({"entries": count, "head": asdict(last)}) + "\n"


class _Verification:
    def __init__(self, chain: OrganisationChain) -> None:
        self._chain, self._report = chain, Report()
        self._last = End(seq=0, hash=GENESIS)
        self._anchor = chain.anchor()  # before the entries: what is appended now comes after it

    def run(self) -> Report:
        if self._chain.has_anchor and self._anchor is None:
            self._find(0, "anchor", "the control plane's record of this chain is gone")
        self._pass_anchor(self._last)
        try:
            for row in self._rows():
                self._judge(row)
        except (DatabaseError, ValueError, TypeError) as error:
            self._find(self._last.seq + 1, "unreadable", f"from here on the table cannot be read: {error}")
        self._judge_ends()
        self._report.head = self._last
        return self._report

    def _rows(self) -> Iterator[Any]:
        """All entries; those that are appended while the others are read, too."""
        yield from self._chain.rows()
        while True:
            head, seen = self._chain.head(), self._report.entries
            if head is None or head.seq <= self._last.seq:
                return
            yield from self._chain.rows(after=self._last.seq)
            if self._report.entries == seen:
                return

    def _judge(self, row: Any) -> None:
        self._report.entries += 1
        expected = self._last.seq + 1
        if row.seq != expected:
            self._find(row.seq, "gap", f"entry {expected} was to come here")
        if row.hash != digest(previous=self._last.hash, seq=row.seq, payload=row.payload):
            self._find(
                row.seq, "hash", "its content, its number, its hash or what comes before it was changed"
            )
        for column, told in _columns_told(row.payload).items():
            if _as_told(getattr(row, column)) != told:
                self._find(row.seq, "column", f"'{column}' is not what the payload says")
        self._last = End(seq=row.seq, hash=row.hash)
        self._pass_anchor(self._last)

    def _pass_anchor(self, here: End) -> None:
        anchor = self._anchor
        if anchor is not None and anchor.seq == here.seq and anchor.hash != here.hash:
            self._find(
                here.seq, "anchor", "the control plane remembers another hash: the chain was written anew"
            )

    def _judge_ends(self) -> None:
        head, last, anchor = self._chain.head(), self._last, self._anchor
        if head is None:
            self._find(0, "head", "the row of the head is gone")
        elif head != last:
            self._find(last.seq, "head", f"the head is at entry {head.seq}, or has another hash")
        if anchor is not None and anchor.seq > last.seq:
            self._find(
                last.seq, "anchor", f"the chain once went on to entry {anchor.seq}: its end was cut off"
            )

    def _find(self, seq: int, kind: str, what: str) -> None:
        self._report.found += 1
        if len(self._report.findings) < MAX_FINDINGS:
            self._report.findings.append(Finding(seq=seq, kind=kind, what=what))


def _columns_told(payload: str) -> dict[str, Any]:
    """What the columns have to be; those of a payload that cannot be read are judged by its hash alone."""
    try:
        told = json.loads(payload)
        actor = told["actor"]
        return {
            "at": told["at"],
            "actor_kind": actor["kind"],
            "actor_id": actor["id"],
            **{name: told[name] for name in ("action", "entity_type", "entity_id", "outcome")},
        }
    except (ValueError, KeyError, TypeError):
        return {}


def _as_told(value: Any) -> Any:
    return value.isoformat(timespec="microseconds") if hasattr(value, "isoformat") else value
