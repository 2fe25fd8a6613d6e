"""Writes of sign-in, as steps of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from Orchestrators.ContextManager import context_manager, db_step
from VaultErrors.BackendErrors import errors
from VaultManagement.Auth.bll.HelperFunctions import (
    new_refresh_token,
    no_such_account,
    refresh_expiry,
    token_pair,
)
from VaultManagement.Users.bll.service import user_service
from VaultPlatform.audit import use_actor
from VaultPlatform.identity.service import member_of_session
from VaultPlatform.identity.sessions import open_session, revoke_session, revoke_sessions, rotate_session

if TYPE_CHECKING:
    from VaultModels.models import User

OUTCOME = {"common": ["result", "result_status"]}
#: What the audit trail calls a session.
ENTITY_TYPE = "Session"


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def sign_in_bll(orchestrator: Any, user: User, address: str = "", user_agent: str = "") -> None:
    """Open a session of `user`, whose password has been checked; the rest is the client's, to recognise it by.

    A password that was changed meanwhile is refused: the change has ended all sessions, and this would be one more.
    """
    current = user_service.filter(id=user.pk).select_for_update(no_key=True).first()
    if current is None or current.password != user.password or not current.is_active:
        raise no_such_account()
    session_id = uuid4()
    refresh = new_refresh_token(user_id=user.pk, session_id=session_id)
    open_session(
        user=user,
        session_id=session_id,
        refresh_id=refresh["jti"],
        expires_at=refresh_expiry(),
        address=address,
        user_agent=user_agent,
    )
    orchestrator.queue_event("on_user_logged_in", user_id=str(user.pk))
    _note(orchestrator, "session.opened", session_id, user)
    orchestrator.set_context_value(
        "result", token_pair(user_id=user.pk, session_id=session_id, refresh=refresh)
    )
    orchestrator.set_context_value("result_status", 200)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def refresh_bll(orchestrator: Any, *, session_id: UUID, user_id: UUID, used: str) -> None:
    """Exchange the refresh token of id `used` for the next pair.

    One that was used before ends its session: the result is None then.
    """
    member = member_of_session(str(session_id))
    if member is None:
        raise errors.bad_request.Unauthenticated("The session has ended; sign in again.")
    following = new_refresh_token(user_id=user_id, session_id=session_id)
    rotated = rotate_session(
        session_id=session_id, used=used, new=following["jti"], expires_at=refresh_expiry()
    )
    if not rotated:
        revoke_session(session_id=session_id)
        _note(orchestrator, "session.revoked", session_id, member, why="a refresh token was used twice")
        orchestrator.finish(None)
    _note(orchestrator, "session.refreshed", session_id, member)
    orchestrator.set_context_value(
        "result", token_pair(user_id=user_id, session_id=session_id, refresh=following)
    )
    orchestrator.set_context_value("result_status", 200)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def sign_out_bll(orchestrator: Any, session_id: str) -> None:
    """End a session; ending it twice is as good as once."""
    revoke_session(session_id=UUID(session_id))
    orchestrator.note_audit("session.closed", entity_type=ENTITY_TYPE, entity_id=session_id)
    orchestrator.set_context_value("result_status", 204)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def change_password_bll(
    orchestrator: Any, user: User, *, checked: str, password_hash: str, keep_session: str | None
) -> None:
    """Give `user` a new password and end their other sessions; `checked` is the hash of the old one."""
    current = user_service.filter(id=user.pk).select_for_update(no_key=True).first()
    if current is None or current.password != checked:
        raise errors.bad_request.Conflict("The password was changed by somebody else meanwhile.")
    user_service.update(current, password=password_hash)
    revoke_sessions(user_id=user.pk, but=keep_session)
    orchestrator.note_audit("user.password_changed", entity_type="User", entity_id=user.pk)
    orchestrator.set_context_value("result_status", 204)


def _note(orchestrator: Any, action: str, session_id: UUID, member: User, **detail: str) -> None:
    """Enter what happens to a session as done by its member: nobody has signed in with the request."""
    with use_actor("user", member.pk, member.username):
        orchestrator.note_audit(action, entity_type=ENTITY_TYPE, entity_id=session_id, detail=detail)
