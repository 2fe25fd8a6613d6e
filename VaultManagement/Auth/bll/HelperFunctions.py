"""Small steps of sign-in that touch no table."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.timezone import now

from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy

if TYPE_CHECKING:
    from VaultPlatform.identity.tokens import RefreshToken

#: Characters of `Session.user_agent`.
USER_AGENT_LENGTH = 120


def no_such_account() -> errors.VaultError:
    """The answer to every name and password that let nobody in, whatever the reason."""
    return errors.bad_request.Unauthenticated("No active account has this name and password.")


def shortened(user_agent: str) -> str:
    """So much of what a client says of itself as is kept: one line of printable characters."""
    return "".join(character for character in user_agent if character.isprintable())[:USER_AGENT_LENGTH]


def token_pair(*, user_id: UUID, session_id: UUID, refresh: RefreshToken) -> dict[str, Any]:
    """What a client gets: a fresh access token beside `refresh`."""
    from VaultPlatform.identity.tokens import AccessToken

    access = AccessToken.make(sub=user_id, org=tenancy.current().key, sid=session_id)
    return {
        "access": str(access),
        "refresh": str(refresh),
        "expires_in": int(AccessToken.lifetime.total_seconds()),
    }


def new_refresh_token(*, user_id: UUID, session_id: UUID) -> RefreshToken:
    """The session's next refresh token."""
    from VaultPlatform.identity.tokens import RefreshToken

    return RefreshToken.make(sub=user_id, org=tenancy.current().key, sid=session_id)


def refresh_expiry() -> datetime:
    """When a refresh token made now ends."""
    from VaultPlatform.identity.tokens import RefreshToken

    return now() + RefreshToken.lifetime
