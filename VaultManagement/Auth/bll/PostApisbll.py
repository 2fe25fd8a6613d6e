"""Writes of sign-in, as steps of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from Orchestrators.ContextManager import context_manager, db_step
from VaultErrors.BackendErrors import errors
from VaultManagement.Auth.bll.HelperFunctions import new_refresh_token, refresh_expiry, token_pair
from VaultPlatform.identity.service import member_of_session
from VaultPlatform.identity.sessions import open_session, revoke_session, rotate_session
from VaultPlatform.identity.tokens import RefreshToken

if TYPE_CHECKING:
    from VaultModels.models import User

OUTCOME = {"common": ["result", "result_status"]}


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def sign_in_bll(orchestrator: Any, user: User) -> None:
    """Open a session of `user`, whose password has been checked."""
    session_id = uuid4()
    refresh = new_refresh_token(user_id=user.pk, session_id=session_id)
    open_session(user=user, session_id=session_id, refresh_id=refresh["jti"], expires_at=refresh_expiry())
    orchestrator.queue_event("on_user_logged_in", user_id=str(user.pk))
    orchestrator.set_context_value(
        "result", token_pair(user_id=user.pk, session_id=session_id, refresh=refresh)
    )
    orchestrator.set_context_value("result_status", 200)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def refresh_bll(orchestrator: Any, token: RefreshToken) -> None:
    """Exchange `token` for the next pair. One that was used before ends its session: the result is None then."""
    session_id, user_id = UUID(token["sid"]), UUID(token["sub"])
    if member_of_session(token["sid"]) is None:
        raise errors.bad_request.Unauthenticated("The session has ended; sign in again.")
    following = new_refresh_token(user_id=user_id, session_id=session_id)
    rotated = rotate_session(
        session_id=session_id, used=token["jti"], new=following["jti"], expires_at=refresh_expiry()
    )
    if not rotated:
        revoke_session(session_id=session_id)
        orchestrator.finish(None)
    orchestrator.set_context_value(
        "result", token_pair(user_id=user_id, session_id=session_id, refresh=following)
    )
    orchestrator.set_context_value("result_status", 200)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def sign_out_bll(orchestrator: Any, session_id: str) -> None:
    """End a session; ending it twice is as good as once."""
    revoke_session(session_id=UUID(session_id))
    orchestrator.set_context_value("result_status", 204)
