"""What a client gets to see of a session. No table is touched here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from VaultModels.models import Session


def format_session(session: Session, *, current: str | None) -> dict[str, Any]:
    """A session as its member sees it; `current` is the id of the one that asks."""
    return {
        "id": str(session.pk),
        "created_at": session.created_at.isoformat(),
        "last_used_at": session.last_used_at.isoformat(),
        "expires_at": session.expires_at.isoformat(),
        "address": session.address,
        "user_agent": session.user_agent,
        "current": str(session.pk) == current,
    }
