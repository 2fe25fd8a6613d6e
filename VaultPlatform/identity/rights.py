"""What the request at hand may do, and by which session: for views, which pass it on to the steps that they stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rest_framework.request import Request

from VaultPlatform.identity.permissions import rights_of

if TYPE_CHECKING:
    from VaultModels.models import User


def rights_of_request(request: Request) -> list[str] | None:
    """The permissions of whoever asks, sorted; None for everything, which an administrator in person may."""
    rights = rights_of(cast("User", request.user))
    return None if rights is None else sorted(rights)


def session_of_request(request: Request) -> str | None:
    """The id of the session by which the request came; None if that was an API key."""
    from VaultPlatform.identity.tokens import AccessToken

    by: Any = request.auth
    return str(by["sid"]) if isinstance(by, AccessToken) else None
