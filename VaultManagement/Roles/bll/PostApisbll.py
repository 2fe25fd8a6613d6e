"""Writes of roles, as steps of a run. A role is locked before its members, as a group is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

from Orchestrators.ContextManager import context_manager, db_step
from VaultErrors.BackendErrors import errors
from VaultManagement.Roles.bll.HelperFunctions import (
    check_may_give,
    format_role,
    known_permissions,
    no_such_role,
)
from VaultManagement.Roles.bll.service import custom_role_service
from VaultManagement.Users.bll.service import user_service

if TYPE_CHECKING:
    from VaultModels.models import CustomRole

OUTCOME = {"common": ["result", "result_status"]}
#: What the audit trail calls a role.
ENTITY_TYPE = "Role"


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def create_role_bll(
    orchestrator: Any, name: str, permissions: Sequence[str], description: str, held: Sequence[str] | None
) -> None:
    """Add a role of `permissions`, all of which must be `held` by whoever adds it (None: they may everything)."""
    granted = known_permissions(permissions)
    check_may_give(frozenset(granted), held=held, what="Such a role")
    try:
        role = custom_role_service.create(name=name, permissions=granted, description=description)
    except IntegrityError as error:
        raise errors.bad_request.Conflict(f"There is a role '{name}' already.") from error
    _note(orchestrator, "role.created", role, permissions=granted)
    orchestrator.set_context_value("result", format_role(role))
    orchestrator.set_context_value("result_status", 201)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def update_role_bll(
    orchestrator: Any,
    name: str,
    permissions: Sequence[str] | None,
    description: str | None,
    held: Sequence[str] | None,
) -> None:
    """Replace a role's permissions as a whole, or its description; what comes to them must be `held`."""
    role = _locked(name, for_delete=False)
    changes: dict[str, Any] = {} if description is None else {"description": description}
    if permissions is not None:
        before = set(role.permissions)
        changes["permissions"] = granted = known_permissions(permissions, kept=before)
        check_may_give(frozenset(granted) - before, held=held, what="This change")
    if changes:
        custom_role_service.update(role, **changes)
    _note(orchestrator, "role.updated", role, **changes)
    orchestrator.set_context_value("result", format_role(role))
    orchestrator.set_context_value("result_status", 200)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def delete_role_bll(orchestrator: Any, name: str) -> None:
    """Remove a role that no member has."""
    role = _locked(name, for_delete=True)
    members = user_service.filter(role=name).count()
    if members:
        raise errors.bad_request.Conflict(
            f"The role '{name}' is that of {members} member(s); give them another one first."
        )
    _note(orchestrator, "role.deleted", role)
    custom_role_service.delete(role)
    orchestrator.set_context_value("result_status", 204)


def _note(orchestrator: Any, action: str, role: CustomRole, **detail: Any) -> None:
    detail = {"name": role.name, **detail}
    orchestrator.note_audit(action, entity_type=ENTITY_TYPE, entity_id=role.pk, detail=detail)


def _locked(name: str, *, for_delete: bool) -> CustomRole:
    """The role, locked until the end of the transaction. Raises NotFound."""
    role = custom_role_service.filter(name=name).select_for_update(no_key=not for_delete).first()
    if role is None:
        raise no_such_role(name)
    return role
