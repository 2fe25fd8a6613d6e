"""Reads of sessions."""

from functools import partial
from typing import Any
from uuid import UUID

from NimbusVaultConstants.CommonConstants.Paging import page_of
from VaultManagement.Sessions.bll.HelperFunctions import format_session
from VaultManagement.Users.bll.GetApisbll import existing_user
from VaultPlatform.identity.sessions import open_sessions


def list_sessions(*, user_id: UUID, current: str | None, limit: int, offset: int) -> dict[str, Any]:
    """A page of a member's open sessions, the newest first; `current` is the id of the one that asks."""
    shown = partial(format_session, current=current)
    return page_of(open_sessions(user_id=user_id), limit=limit, offset=offset, shown=shown)


def list_sessions_of(*, user_id: UUID, current: str | None, limit: int, offset: int) -> dict[str, Any]:
    """The same for any member of the organisation. Raises NotFound if there is none of that id."""
    existing_user(user_id=user_id)
    return list_sessions(user_id=user_id, current=current, limit=limit, offset=offset)
