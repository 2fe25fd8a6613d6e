"""Writes of groups, as steps of a run. A group is locked before its members, as everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import IntegrityError

from Orchestrators.ContextManager import context_manager, db_step
from VaultErrors.BackendErrors import errors
from VaultManagement.Groups.bll.HelperFunctions import format_group, name_taken, no_such_group
from VaultManagement.Groups.bll.service import group_service
from VaultManagement.Users.bll.service import user_service

if TYPE_CHECKING:
    from VaultModels.models import User

OUTCOME = {"common": ["result", "result_status"]}
#: What the audit trail calls a group.
ENTITY_TYPE = "Group"


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def create_group_bll(orchestrator: Any, name: str, members: Sequence[UUID]) -> None:
    """Add a group of `members`, given by their ids."""
    users = _locked_members(members)
    try:
        group = group_service.create(name=name)
    except IntegrityError as error:
        raise name_taken(name) from error
    if users:
        group.user_set.add(*users)
    orchestrator.note_audit(
        "group.created", entity_type=ENTITY_TYPE, entity_id=group.pk, detail={"name": name}
    )
    orchestrator.set_context_value("result", format_group(group))
    orchestrator.set_context_value("result_status", 201)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def update_group_bll(
    orchestrator: Any, group_id: int, name: str | None, members: Sequence[UUID] | None
) -> None:
    """Rename a group and replace the whole of its members; None leaves either as it is."""
    group = _locked(group_id, for_delete=False)
    if members is not None:
        group.user_set.set(_locked_members(members))
    if name is not None:
        try:
            group_service.update(group, name=name)
        except IntegrityError as error:
            raise name_taken(name) from error
    changed = [field for field, value in (("name", name), ("members", members)) if value is not None]
    orchestrator.note_audit(
        "group.updated", entity_type=ENTITY_TYPE, entity_id=group.pk, detail={"fields": changed}
    )
    orchestrator.set_context_value("result", format_group(group))
    orchestrator.set_context_value("result_status", 200)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def delete_group_bll(orchestrator: Any, group_id: int) -> None:
    """Remove a group; its members stay."""
    group = _locked(group_id, for_delete=True)
    group_service.delete(group)
    orchestrator.note_audit(
        "group.deleted", entity_type=ENTITY_TYPE, entity_id=group_id, detail={"name": group.name}
    )
    orchestrator.set_context_value("result_status", 204)


def _locked(group_id: int, *, for_delete: bool) -> Group:
    """The group, locked until the end of the transaction. Raises NotFound."""
    group = group_service.filter(id=group_id).select_for_update(no_key=not for_delete).first()
    if group is None:
        raise no_such_group()
    return group


def _locked_members(ids: Sequence[UUID]) -> list[User]:
    """The members, kept from being deleted meanwhile. Raises ValidationError if one does not exist."""
    if not ids:
        return []
    found = list(user_service.filter(id__in=ids).select_for_update(no_key=True).order_by("id"))
    unknown = sorted(str(each) for each in set(ids) - {user.pk for user in found})
    if unknown:
        raise errors.bad_request.ValidationError(f"members: there is no user {', '.join(unknown)}.")
    return found
