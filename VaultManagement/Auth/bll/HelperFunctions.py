"""Small steps of sign-in that touch no table."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.utils.timezone import now

from VaultPlatform import tenancy
from VaultPlatform.identity.tokens import AccessToken, RefreshToken

if TYPE_CHECKING:
    from VaultModels.models import User


def password_fits(user: User | None, password: str) -> bool:
    """Whether `password` is that of an active `user`; costs the same when there is none."""
    encoded = user.password if user is not None else _nobodys_password()
    return check_password(password, encoded) and user is not None and user.is_active


def token_pair(*, user_id: UUID, session_id: UUID, refresh: RefreshToken) -> dict[str, Any]:
    """What a client gets: a fresh access token beside `refresh`."""
    access = AccessToken.make(sub=user_id, org=tenancy.current().key, sid=session_id)
    return {
        "access": str(access),
        "refresh": str(refresh),
        "expires_in": int(AccessToken.lifetime.total_seconds()),
    }


def new_refresh_token(*, user_id: UUID, session_id: UUID) -> RefreshToken:
    """The session's next refresh token."""
    return RefreshToken.make(sub=user_id, org=tenancy.current().key, sid=session_id)


def refresh_expiry() -> datetime:
    """When a refresh token made now ends."""
    return now() + RefreshToken.lifetime


@cache
def _nobodys_password() -> str:
    return make_password("nobody's password, checked to spend the same time")
