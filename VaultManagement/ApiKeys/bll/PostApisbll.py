"""Writes of API keys, as steps of a run. A run holds what is kept of a key, and never the key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.timezone import now

from Orchestrators.ContextManager import context_manager, db_step
from VaultManagement.ApiKeys.bll.HelperFunctions import format_key, no_such_key
from VaultManagement.Users.bll.PostApisbll import check_not_above
from VaultPlatform.identity.service import api_key_service

if TYPE_CHECKING:
    from VaultModels.models import User

OUTCOME = {"common": ["result", "result_status"]}
#: What the audit trail calls a key.
ENTITY_TYPE = "ApiKey"


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def create_key_bll(
    orchestrator: Any,
    user: User,
    *,
    name: str,
    prefix: str,
    sha256: str,
    permissions: Sequence[str],
    expires_at: datetime,
) -> None:
    """Keep a new key of `user`, of which `prefix` and `sha256` are known."""
    key = api_key_service.create(
        user=user,
        name=name,
        prefix=prefix,
        sha256=sha256,
        permissions=list(permissions),
        expires_at=expires_at,
    )
    detail = {"name": name, "permissions": list(permissions), "expires_at": expires_at.isoformat()}
    orchestrator.note_audit("api_key.created", entity_type=ENTITY_TYPE, entity_id=key.pk, detail=detail)
    orchestrator.set_context_value("result", format_key(key))
    orchestrator.set_context_value("result_status", 201)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def revoke_key_bll(
    orchestrator: Any, key_id: UUID, owner: UUID | None, held: Sequence[str] | None = None
) -> None:
    """End a key; if `owner` is None that of anybody who may do nothing beyond what is `held`.

    Raises NotFound if there is none, or it was ended before.
    """
    of_owner = {} if owner is None else {"user_id": owner}
    if owner is None and held is not None:
        key = api_key_service.get(id=key_id, _select_related="user")
        if key is not None:
            check_not_above(key.user, held=held)
    if not api_key_service.filter(id=key_id, revoked_at=None, **of_owner).update(revoked_at=now()):
        raise no_such_key()
    orchestrator.note_audit("api_key.revoked", entity_type=ENTITY_TYPE, entity_id=key_id)
    orchestrator.set_context_value("result_status", 204)
