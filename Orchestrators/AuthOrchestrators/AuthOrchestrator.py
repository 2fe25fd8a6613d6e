"""Workflows of sign-in."""

from typing import Any

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.Auth.bll.PostApisbll import OUTCOME, refresh_bll, sign_in_bll, sign_out_bll


class AuthOrchestrator(Workflow):
    """
    Description:
    Opens, renews and ends the sessions of an organisation's members.
    """

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_sign_in(self, user: Any) -> None:
        """
        Description: Stage the opening of a session.

        Input:
            - user: a member whose password has been checked.

        Output:
            - None. The token pair becomes the run's result.
        """
        self.mainorchestrator.add_step(sign_in_bll, None, user=user)

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_refresh(self, token: Any) -> None:
        """
        Description: Stage the exchange of a refresh token for a new pair.

        Input:
            - token: a verified RefreshToken of this organisation.

        Output:
            - None. The token pair becomes the run's result; None if the token had been used before.
        """
        self.mainorchestrator.add_step(refresh_bll, None, token=token)

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_sign_out(self, session_id: str) -> None:
        """
        Description: Stage the end of a session.

        Input:
            - session_id: id of the session.

        Output:
            - None. The status becomes 204.
        """
        self.mainorchestrator.add_step(sign_out_bll, None, session_id=session_id)
