"""Workflows of sessions that are open already."""

from collections.abc import Sequence
from uuid import UUID

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.Sessions.bll.PostApisbll import OUTCOME, end_session_bll, end_sessions_bll


class SessionsOrchestrator(Workflow):
    """
    Description:
    Ends sessions of members.
    """

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_end(self, user_id: UUID, session_id: UUID) -> None:
        """
        Description: Stage the end of one session.

        Input:
            - user_id: the member whose session it has to be.
            - session_id: the session.

        Output:
            - None. The status becomes 204.
        """
        self.mainorchestrator.add_step(end_session_bll, None, user_id=user_id, session_id=session_id)

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_end_all(self, user_id: UUID, held: Sequence[str] | None) -> None:
        """
        Description: Stage the end of all sessions of a member.

        Input:
            - user_id: the member.
            - held: the permissions of whoever ends them; None for everything.

        Output:
            - None. The status becomes 204.
        """
        self.mainorchestrator.add_step(end_sessions_bll, None, user_id=user_id, held=held)
