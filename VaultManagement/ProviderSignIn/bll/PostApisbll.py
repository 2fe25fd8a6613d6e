"""Writes of signing in through a provider, as steps of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError as RulesBroken

from NimbusVaultConstants.CommonConstants.Choices import Role
from Orchestrators.ContextManager import context_manager, db_step
from VaultErrors.BackendErrors import errors
from VaultManagement.Auth.bll.HelperFunctions import new_refresh_token, refresh_expiry, token_pair
from VaultManagement.ProviderSignIn.bll.HelperFunctions import no_such_member
from VaultManagement.Roles.bll.service import custom_role_service
from VaultManagement.Users.bll.service import user_service
from VaultPlatform.audit import use_actor
from VaultPlatform.identity.sessions import open_session

if TYPE_CHECKING:
    from VaultModels.models import User
    from VaultPlatform.identity.oidc import ProviderIdentity

OUTCOME = {"common": ["result", "result_status"]}
#: Characters of `User.username` and `User.email`.
MAX_NAME, MAX_EMAIL = 150, 254


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def provider_sign_in_bll(orchestrator: Any, identity: dict[str, Any], address: str, user_agent: str) -> None:
    """Open a session of the member that `identity` belongs to, who is made if the site wants that.

    `identity`: the fields of a ProviderIdentity.
    """
    from VaultPlatform.identity.oidc import ProviderIdentity

    confirmed = ProviderIdentity(**identity)
    member = _member(confirmed) or _made(orchestrator, confirmed)
    session_id = uuid4()
    refresh = new_refresh_token(user_id=member.pk, session_id=session_id)
    open_session(
        user=member,
        session_id=session_id,
        refresh_id=refresh["jti"],
        expires_at=refresh_expiry(),
        address=address,
        user_agent=user_agent,
    )
    orchestrator.queue_event("on_user_logged_in", user_id=str(member.pk))
    with use_actor("user", member.pk, member.username):
        detail = {"by": "provider"}
        orchestrator.note_audit("session.opened", entity_type="Session", entity_id=session_id, detail=detail)
    pair = token_pair(user_id=member.pk, session_id=session_id, refresh=refresh)
    orchestrator.set_context_value("result", pair)
    orchestrator.set_context_value("result_status", 200)


def _member(identity: ProviderIdentity) -> User | None:
    """The member of that field, whatever its case, locked; None if there is none.

    Raises Unauthenticated if the member is not active, or several have the same.
    """
    alike = user_service.filter(**{f"{identity.field}__iexact": identity.value})
    found = list(alike.select_for_update(no_key=True).order_by("id")[:2])
    if len(found) > 1 or any(not each.is_active for each in found):
        raise no_such_member()
    return found[0] if found else None


def _made(orchestrator: Any, identity: ProviderIdentity) -> User:
    role, name = identity.role_of_new, identity.value
    if role is None or len(name) > MAX_NAME or len(identity.email) > MAX_EMAIL:
        raise no_such_member()
    if role not in Role.values and custom_role_service.get(name=role) is None:
        raise no_such_member()
    try:
        UnicodeUsernameValidator()(name)
    except RulesBroken as broken:
        raise no_such_member() from broken
    if user_service.filter(username__iexact=name).exists():
        raise errors.bad_request.Conflict(f"Another account of this organisation is called '{name}' already.")
    member = user_service.create(username=name, email=identity.email, role=role)
    orchestrator.queue_event("on_user_created", user_id=str(member.pk))
    with use_actor("user", member.pk, member.username):
        detail = {"username": name, "role": role, "by": "provider"}
        orchestrator.note_audit("user.created", entity_type="User", entity_id=member.pk, detail=detail)
    return member
