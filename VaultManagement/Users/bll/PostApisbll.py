"""Writes of members, as steps of a run.

Who may be the last administrator is decided under row locks, taken in the order of ids: of two administrators who
demote one another at the same time, the second waits, and then finds out that it is alone. Groups are locked before
members, here and by whoever changes a group, so that the two wait for one another and never in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import ProtectedError, Q
from django.utils import timezone

from NimbusVaultConstants.CommonConstants.Choices import Role
from Orchestrators.ContextManager import context_manager, db_step
from VaultErrors.BackendErrors import errors
from VaultManagement.Groups.bll.service import group_service
from VaultManagement.Users.bll.HelperFunctions import (
    check_administrator_remains,
    format_user,
    is_active_administrator,
    name_taken,
    no_such_user,
)
from VaultManagement.Users.bll.service import user_service
from VaultPlatform.identity.service import session_service

if TYPE_CHECKING:
    from VaultModels.models import User

OUTCOME = {"common": ["result", "result_status"]}


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def create_user_bll(orchestrator: Any, fields: Mapping[str, Any], groups: Sequence[int]) -> None:
    """Add a member with `fields` (the password as `password_hash`) to the organisation and to `groups`."""
    _lock_groups(groups)
    _check_name_free(fields["username"])
    try:
        user = user_service.create(**fields)
    except IntegrityError as error:
        raise name_taken(fields["username"]) from error
    if groups:
        user.groups.add(*groups)
    orchestrator.queue_event("on_user_created", user_id=str(user.pk))
    orchestrator.set_context_value("result", format_user(user))
    orchestrator.set_context_value("result_status", 201)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def update_user_bll(
    orchestrator: Any,
    user_id: UUID,
    changes: Mapping[str, Any],
    groups: Sequence[int] | None = None,
    keep_session: str | None = None,
) -> None:
    """Change a member's columns (the password as its hash) and, unless None, the whole of their groups.

    A new password ends their sessions except `keep_session`, deactivating them ends all.
    """
    if groups is not None:
        _lock_groups(groups)
    user, others = _locked(user_id, for_delete=False)
    if "username" in changes:
        _check_name_free(changes["username"], but_of=user_id)
    was_administrator = is_active_administrator(user)
    try:
        user_service.update(user, **changes)
    except IntegrityError as error:
        raise name_taken(changes["username"]) from error
    if was_administrator:
        check_administrator_remains(user, others=others)
    if groups is not None:
        user.groups.set(groups)
    if not user.is_active:
        _end_sessions(user_id)
    elif "password" in changes:
        _end_sessions(user_id, but=keep_session)
    orchestrator.set_context_value("result", format_user(user))
    orchestrator.set_context_value("result_status", 200)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def delete_user_bll(orchestrator: Any, user_id: UUID) -> None:
    """Remove a member who owns nothing that the vault keeps."""
    user, others = _locked(user_id, for_delete=True)
    if is_active_administrator(user):
        user.is_active = False  # as good as gone; the row itself goes below
        check_administrator_remains(user, others=others)
    try:
        user_service.delete(user)
    except ProtectedError as error:
        raise errors.bad_request.Conflict(
            f"'{user.username}' owns or has written documents, which keep their author. Deactivate the user instead:"
            ' PATCH {"is_active": false}.'
        ) from error
    orchestrator.set_context_value("result_status", 204)


def _locked(user_id: UUID, *, for_delete: bool) -> tuple[User, list[User]]:
    """The member, and the other active administrators, locked until the end of the transaction. Raises NotFound."""
    wanted = user_service.filter(Q(id=user_id) | Q(role=Role.ADMINISTRATOR, is_active=True))
    locked = list(wanted.select_for_update(no_key=not for_delete).order_by("id"))
    user = next((each for each in locked if each.pk == user_id), None)
    if user is None:
        raise no_such_user()
    return user, [each for each in locked if each is not user]


def _lock_groups(ids: Sequence[int]) -> None:
    """Keep the groups from being deleted meanwhile. Raises ValidationError if one does not exist."""
    if not ids:
        return
    found = group_service.filter(id__in=ids).select_for_update(no_key=True).order_by("id")
    unknown = sorted(set(ids) - {group.pk for group in found})
    if unknown:
        raise errors.bad_request.ValidationError(f"groups: there is no group {', '.join(map(str, unknown))}.")


def _check_name_free(username: str, *, but_of: UUID | None = None) -> None:
    if user_service.filter(~Q(id=but_of), username__iexact=username).exists():
        raise name_taken(username)


def _end_sessions(user_id: UUID, *, but: str | None = None) -> None:
    sessions = session_service.filter(~Q(id=but), user_id=user_id, revoked_at=None)
    sessions.update(revoked_at=timezone.now())
