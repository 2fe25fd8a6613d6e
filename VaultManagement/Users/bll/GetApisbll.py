"""Reads of members: one is two queries, a page three."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from NimbusVaultConstants.CommonConstants.Paging import page_of
from VaultManagement.Users.bll.HelperFunctions import format_user, no_such_user
from VaultManagement.Users.bll.service import user_service

if TYPE_CHECKING:
    from VaultModels.models import User


def list_users(*, limit: int, offset: int) -> dict[str, Any]:
    """A page of the members, by name."""
    found = user_service.filter(_prefetch_related="groups").order_by("username")
    return page_of(found, limit=limit, offset=offset, shown=format_user)


def get_user(*, user_id: UUID) -> dict[str, Any]:
    """One member. Raises NotFound."""
    return format_user(existing_user(user_id=user_id, _prefetch_related="groups"))


def existing_user(*, user_id: UUID, **options: Any) -> User:
    """The member of that id; `options` are `user_service.get`'s. Raises NotFound."""
    user = user_service.get(id=user_id, **options)
    if user is None:
        raise no_such_user()
    return user
