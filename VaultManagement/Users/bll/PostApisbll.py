"""Writes of members, as steps of a run.

Who may be the last administrator is decided under row locks, taken in the order of ids: of two administrators who
demote one another at the same time, the second waits, and then finds out that it is alone. Groups, then roles, are
locked before members, here and by whoever changes one, so that they wait for one another and never in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q

from NimbusVaultConstants.CommonConstants.Choices import Role
from Orchestrators.ContextManager import context_manager, db_step
from VaultErrors.BackendErrors import errors
from VaultManagement.Groups.bll.service import group_service
from VaultManagement.Roles.bll.HelperFunctions import check_may_give
from VaultManagement.Roles.bll.service import custom_role_service
from VaultManagement.Users.bll.HelperFunctions import (
    check_administrator_remains,
    format_user,
    is_active_administrator,
    name_taken,
    no_such_user,
)
from VaultManagement.Users.bll.service import user_service
from VaultPlatform import audit, tenancy
from VaultPlatform.identity.permissions import rights_of_role
from VaultPlatform.identity.sessions import revoke_sessions

if TYPE_CHECKING:
    from VaultModels.models import User

OUTCOME = {"common": ["result", "result_status"]}
#: What the audit trail calls a member.
ENTITY_TYPE = "User"


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def create_user_bll(
    orchestrator: Any, fields: Mapping[str, Any], groups: Sequence[int], held: Sequence[str] | None = None
) -> None:
    """Add a member with `fields` (the password as `password_hash`) to the organisation and to `groups`.

    The role must give nothing that is not `held` by whoever adds them (None: they may everything).
    """
    _lock_groups(groups)
    role = fields.get("role", Role.READER)
    check_may_give(_rights_of_locked_role(role), held=held, what="To give this role")
    _check_name_free(fields["username"])
    try:
        user = user_service.create(**fields)
    except IntegrityError as error:
        raise name_taken(fields["username"]) from error
    if groups:
        user.groups.add(*groups)
    orchestrator.queue_event("on_user_created", user_id=str(user.pk))
    _note(orchestrator, "user.created", user, role=str(user.role))
    orchestrator.set_context_value("result", format_user(user))
    orchestrator.set_context_value("result_status", 201)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def update_user_bll(
    orchestrator: Any,
    user_id: UUID,
    changes: Mapping[str, Any],
    *,
    groups: Sequence[int] | None = None,
    keep_session: str | None = None,
    held: Sequence[str] | None = None,
) -> None:
    """Change a member's columns (the password as its hash) and, unless None, the whole of their groups.

    A new password ends their sessions except `keep_session`, deactivating them ends all. Neither what they may do nor
    what they may do then must go beyond what is `held` by whoever changes them (None: they may everything).
    """
    if groups is not None:
        _lock_groups(groups)
    if "role" in changes:
        check_may_give(_rights_of_locked_role(changes["role"]), held=held, what="To give this role")
    user, others = _locked(user_id, for_delete=False)
    check_not_above(user, held=held)
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
    _end_sessions(user, password_is_new="password" in changes, keep=keep_session)
    fields = sorted([*changes, *(["groups"] if groups is not None else [])])
    _note(orchestrator, "user.updated", user, fields=fields)
    orchestrator.set_context_value("result", format_user(user))
    orchestrator.set_context_value("result_status", 200)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def delete_user_bll(orchestrator: Any, user_id: UUID, held: Sequence[str] | None = None) -> None:
    """Remove a member who owns nothing that the vault keeps, and may do nothing beyond what is `held`."""
    user, others = _locked(user_id, for_delete=True)
    check_not_above(user, held=held)
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
    user.pk = user_id  # which the deletion has taken from it
    _note(orchestrator, "user.deleted", user)
    orchestrator.set_context_value("result_status", 204)


def first_administrator(organisation: tenancy.Organisation, *, username: str, password_hash: str) -> None:
    """Give a new organisation the administrator who signs in first, and enter that into its audit trail."""
    with tenancy.use(organisation), transaction.atomic():
        user = user_service.create(username=username, password_hash=password_hash, role=Role.ADMINISTRATOR)
        detail = {"username": user.username, "role": str(user.role)}
        audit.record(action="user.created", entity_type=ENTITY_TYPE, entity_id=user.pk, detail=detail)


def _note(orchestrator: Any, action: str, user: User, **detail: Any) -> None:
    """Enter what is done to a member into the audit trail, with the name that they have then."""
    detail = {"username": user.username, **detail}
    orchestrator.note_audit(action, entity_type=ENTITY_TYPE, entity_id=user.pk, detail=detail)


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


def _end_sessions(user: User, *, password_is_new: bool, keep: str | None) -> None:
    if not user.is_active:
        revoke_sessions(user_id=user.pk)
    elif password_is_new:
        revoke_sessions(user_id=user.pk, but=keep)


def _rights_of_locked_role(role: str) -> frozenset[str] | None:
    """What a role gives, a custom one kept from being removed meanwhile. Raises ValidationError if there is none."""
    if role in Role.values:
        return rights_of_role(role)
    found = custom_role_service.filter(name=role).select_for_update(no_key=True).first()
    if found is None:
        built_in = ", ".join(Role.values)
        raise errors.bad_request.ValidationError(
            f"role: there is no role '{role}'; it is one of {built_in}, or the name of one that /vault/roles lists."
        )
    return rights_of_role(role, found.permissions)


def check_not_above(user: User, *, held: Sequence[str] | None) -> None:
    """Raise PermissionDenied if `user` may do what is not held: who takes over their account would gain that."""
    if held is None:
        return
    own = None if user.role in Role.values else custom_role_service.get(name=user.role)
    rights = rights_of_role(user.role, own.permissions if own else ())
    check_may_give(rights, held=held, what=f"To change '{user.username}'")
