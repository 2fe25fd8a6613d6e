"""Reads of the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from NimbusVaultConstants.CommonConstants.Paging import page_of
from VaultManagement.Audit.bll.HelperFunctions import format_entry
from VaultPlatform.audit.reading import OrganisationChain, SiteChain
from VaultPlatform.audit.verification import exported, verify

#: Filters by what they compare with.
_LOOKUPS = {
    "entity_id": "entity_id",
    "entity_type": "entity_type",
    "actor": "actor_id",
    "action": "action",
    "outcome": "outcome",
    "since": "at__gte",
}


def list_entries(*, limit: int, offset: int, site: bool = False, **filters: str | datetime) -> dict[str, Any]:
    """A page of entries, the newest first, of the organisation's chain or the `site`'s.

    `filters`: entity_id, entity_type, actor (an id), action, outcome, since.
    """
    lookups = {_LOOKUPS[name]: value for name, value in filters.items()}
    found = _chain(site=site).entries.filter(**lookups).order_by("-seq")
    return page_of(found, limit=limit, offset=offset, shown=format_entry)


def verify_chain(*, site: bool = False) -> dict[str, Any]:
    """Whether the organisation's chain, or the `site`'s, holds, and what is wrong with it."""
    return verify(_chain(site=site)).as_dict()


def export_chain() -> Iterator[bytes]:
    """The organisation's chain as JSON lines, the oldest first; read as it is sent.

    What keeps it from being read fails here, and not in the middle of an answer.
    """
    lines = exported(OrganisationChain())
    first = next(lines)
    return (line.encode() for line in chain([first], lines))


def _chain(*, site: bool) -> OrganisationChain:
    return SiteChain() if site else OrganisationChain()
