"""Writes of sessions, as steps of a run."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from Orchestrators.ContextManager import context_manager, db_step
from VaultErrors.BackendErrors import errors
from VaultManagement.Users.bll.GetApisbll import existing_user
from VaultManagement.Users.bll.PostApisbll import check_not_above
from VaultPlatform.identity.sessions import open_sessions, revoke_session, revoke_sessions

OUTCOME = {"common": ["result", "result_status"]}


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def end_session_bll(orchestrator: Any, user_id: UUID, session_id: UUID) -> None:
    """End one open session of a member, and of nobody else."""
    if not open_sessions(user_id=user_id).filter(id=session_id).exists():
        raise errors.bad_request.NotFound("You have no open session of that id.")
    revoke_session(session_id=session_id)
    orchestrator.note_audit("session.revoked", entity_type="Session", entity_id=session_id)
    orchestrator.set_context_value("result_status", 204)


@db_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def end_sessions_bll(orchestrator: Any, user_id: UUID, held: Sequence[str] | None = None) -> None:
    """End all sessions of a member, who may do nothing beyond what is `held`. Raises NotFound if there is none."""
    member = existing_user(user_id=user_id)
    check_not_above(member, held=held)
    ended = revoke_sessions(user_id=user_id)
    detail = {"username": member.username, "sessions": ended}
    orchestrator.note_audit("user.signed_out", entity_type="User", entity_id=user_id, detail=detail)
    orchestrator.set_context_value("result_status", 204)
