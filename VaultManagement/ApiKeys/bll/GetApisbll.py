"""Reads of API keys."""

from typing import Any
from uuid import UUID

from NimbusVaultConstants.CommonConstants.Paging import page_of
from VaultManagement.ApiKeys.bll.HelperFunctions import format_key
from VaultPlatform.identity.service import api_key_service


def list_keys(*, owner: UUID | None, limit: int, offset: int) -> dict[str, Any]:
    """A page of the keys that are not revoked, the newest first; `owner` None lists everybody's."""
    of_owner = {} if owner is None else {"user_id": owner}
    found = api_key_service.filter(revoked_at=None, _select_related="user", **of_owner)
    return page_of(found.order_by("-created_at", "id"), limit=limit, offset=offset, shown=format_key)
