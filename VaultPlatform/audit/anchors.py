"""What the control plane remembers of each organisation's chain: an end that the chain once had, and so has to contain.

An anchor only moves forward along the chain that it is on. One that has fallen behind, because a process died between
a commit and this, is moved on by the next write or by the nightly task; one that the chain does not contain stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from django.db import connections

from VaultPlatform import tenancy
from VaultPlatform.audit.canonical import GENESIS
from VaultPlatform.audit.service import audit_anchor_service, audit_entry_service, audit_head_service
from VaultPlatform.tenancy.backends.hasty import hasty

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Move:
    """How far a chain was extended: from `before`, seq and hash, to `seq` and `hash`; empty if it is not known."""

    before: tuple[int, str] = (0, "")
    seq: int = 0
    hash: str = ""


def follow_or_log(organisation: tenancy.Organisation, move: Move) -> None:
    """Have the anchor follow `move`; what goes wrong is logged, since what it follows is committed."""
    try:
        if not (move.hash and _moved(organisation.key, move)):
            with tenancy.use(organisation):
                follow()
    except Exception:
        log.exception("audit_anchor_failed", organisation=organisation.slug)


def follow() -> bool:
    """Move the anchor of the current organisation to the end of its chain; False if it is not on that chain."""
    organisation = tenancy.current()
    anchor = audit_anchor_service.get(organisation=organisation.key)
    head = audit_head_service.get(id=1)
    if anchor is None or head is None or not _is_on_chain(anchor.seq, anchor.hash):
        log.error("audit_anchor_differs", organisation=organisation.slug)
        return False
    before = (anchor.seq, anchor.hash)
    if head.seq > anchor.seq:
        _moved(organisation.key, Move(before=before, seq=head.seq, hash=head.hash))
    return True


def settle(organisation: tenancy.Organisation) -> None:
    """Take the chain as it is now for the true one: of an organisation that is new, or was brought in from an archive.

    The caller has verified it.
    """
    with tenancy.use(organisation):
        head = audit_head_service.get(id=1)
    seq, hashed = (0, GENESIS) if head is None else (head.seq, head.hash)
    found = audit_anchor_service.filter(organisation=organisation.key)
    if not found.update(seq=seq, hash=hashed):
        audit_anchor_service.create(organisation=organisation.key, seq=seq, hash=hashed)


def _is_on_chain(seq: int, hashed: str) -> bool:
    if seq == 0:
        return hashed == GENESIS
    return audit_entry_service.filter(seq=seq, hash=hashed).exists()


def _moved(key: str, move: Move) -> bool:
    known = audit_anchor_service.filter(organisation=key, seq=move.before[0], hash=move.before[1])
    with hasty(connections["control"]):  # it may be behind, and never ahead of the chain, which is on disk
        return bool(known.update(seq=move.seq, hash=move.hash))
