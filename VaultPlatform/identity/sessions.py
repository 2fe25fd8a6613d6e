"""The life of a sign-in session: opened, rotated at each refresh, revoked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from VaultPlatform.identity.service import session_service

if TYPE_CHECKING:
    from VaultModels.models import Session, User


def open_session(*, user: User, session_id: UUID, refresh_id: str, expires_at: datetime) -> Session:
    """A new session of `user`."""
    return session_service.create(id=session_id, user=user, refresh_id=refresh_id, expires_at=expires_at)


def rotate_session(*, session_id: UUID, used: str, new: str, expires_at: datetime) -> bool:
    """Replace refresh id `used` by `new`; False if `used` is no longer the session's (somebody was first)."""
    rows = session_service.filter(id=session_id, refresh_id=used, revoked_at=None)
    return rows.update(refresh_id=new, expires_at=expires_at) == 1


def revoke_session(*, session_id: UUID) -> bool:
    """End a session; whether it was open."""
    return session_service.filter(id=session_id, revoked_at=None).update(revoked_at=timezone.now()) == 1
