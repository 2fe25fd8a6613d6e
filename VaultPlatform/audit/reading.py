"""The chains to read: of the current organisation, and of the site. They are read in portions, by number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from VaultPlatform import tenancy
from VaultPlatform.audit.service import (
    audit_anchor_service,
    audit_entry_service,
    audit_head_service,
    site_audit_entry_service,
    site_audit_head_service,
)

#: Entries that are in memory at a time.
PORTION = 500


@dataclass(frozen=True, kw_only=True)
class End:
    """Where a chain ends, or once ended."""

    seq: int
    hash: str


class OrganisationChain:
    """The chain of the current organisation."""

    #: Whether somebody else remembers an end of it.
    has_anchor: ClassVar[bool] = True
    entries: ClassVar[Any] = audit_entry_service
    _heads: ClassVar[Any] = audit_head_service

    def rows(self, *, after: int | None = None) -> Iterator[Any]:
        """The entries with a number beyond `after`, in order; all without one."""
        while True:
            beyond = {} if after is None else {"seq__gt": after}
            portion = list(self.entries.filter(**beyond).order_by("seq")[:PORTION])
            yield from portion
            if len(portion) < PORTION:
                return
            after = portion[-1].seq

    def head(self) -> End | None:
        """The head as it is now; None if its row is gone."""
        row = self._heads.get(id=1)
        return None if row is None else End(seq=row.seq, hash=row.hash)

    def anchor(self) -> End | None:
        """What the control plane remembers; None if that is gone."""
        row = audit_anchor_service.get(organisation=tenancy.current().key)
        return None if row is None else End(seq=row.seq, hash=row.hash)


class SiteChain(OrganisationChain):
    """The chain of the site. Only people remember its ends: `export` and `verify` tell them."""

    has_anchor = False
    entries = site_audit_entry_service
    _heads = site_audit_head_service

    def anchor(self) -> End | None:
        """There is none."""
        return None
