"""Reads and writes of sessions and operators; nobody else touches these tables."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from VaultModels.control.models import Operator
from VaultModels.models import Session, User
from VaultModels.ModelService import ModelService


class SessionService(ModelService[Session]):
    model = Session

    def live(self, session_id: str) -> Session | None:
        """The session with its user, in one query; None if revoked, expired, or the user is not active."""
        return self.get(
            id=session_id,
            revoked_at=None,
            expires_at__gt=timezone.now(),
            user__is_active=True,
            _select_related="user",
        )

    def open(self, *, user: User, session_id: UUID, refresh_id: str, expires_at: datetime) -> Session:
        """A new session of `user`."""
        return self.create(id=session_id, user=user, refresh_id=refresh_id, expires_at=expires_at)

    def rotate(self, *, session_id: UUID, used: str, new: str, expires_at: datetime) -> bool:
        """Replace refresh id `used` by `new`; False if `used` is no longer the session's (somebody was first)."""
        rows = self.filter(id=session_id, refresh_id=used, revoked_at=None)
        return rows.update(refresh_id=new, expires_at=expires_at) == 1

    def revoke(self, *, session_id: UUID) -> bool:
        """End a session; whether it was open."""
        return self.filter(id=session_id, revoked_at=None).update(revoked_at=timezone.now()) == 1


class OperatorService(ModelService[Operator]):
    model = Operator


session_service = SessionService()
operator_service = OperatorService()
