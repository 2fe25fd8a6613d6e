"""The life of a sign-in session: opened, rotated at each refresh, revoked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from VaultPlatform.identity.service import session_service

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from VaultModels.models import Session, User


def open_session(
    *,
    user: User,
    session_id: UUID,
    refresh_id: str,
    expires_at: datetime,
    address: str = "",
    user_agent: str = "",
) -> Session:
    """A new session of `user`; `address` and `user_agent` are the client's, for people to recognise it by."""
    return session_service.create(
        id=session_id,
        user=user,
        refresh_id=refresh_id,
        expires_at=expires_at,
        address=address,
        user_agent=user_agent,
    )


def rotate_session(*, session_id: UUID, used: str, new: str, expires_at: datetime) -> bool:
    """Replace refresh id `used` by `new`; False if `used` is no longer the session's (somebody was first)."""
    rows = session_service.filter(id=session_id, refresh_id=used, revoked_at=None)
    return rows.update(refresh_id=new, expires_at=expires_at, last_used_at=timezone.now()) == 1


def open_sessions(*, user_id: UUID) -> QuerySet[Session]:
    """The sessions that are good, the newest first."""
    good = session_service.filter(user_id=user_id, revoked_at=None, expires_at__gt=timezone.now())
    return good.order_by("-created_at", "id")


def revoke_session(*, session_id: UUID) -> bool:
    """End a session; whether it was open."""
    return session_service.filter(id=session_id, revoked_at=None).update(revoked_at=timezone.now()) == 1


def revoke_sessions(*, user_id: UUID, but: UUID | str | None = None) -> int:
    """End all sessions of a member except `but`; how many were open."""
    sessions = session_service.filter(~Q(id=but), user_id=user_id, revoked_at=None)
    return sessions.update(revoked_at=timezone.now())
