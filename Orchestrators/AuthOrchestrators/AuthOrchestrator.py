"""Workflows of sign-in."""

from typing import Any
from uuid import UUID

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.Auth.bll.HelperFunctions import shortened
from VaultManagement.Auth.bll.PostApisbll import (
    OUTCOME,
    change_password_bll,
    refresh_bll,
    sign_in_bll,
    sign_out_bll,
)
from VaultPlatform.identity.passwords import hashed_password


class AuthOrchestrator(Workflow):
    """
    Description:
    Opens, renews and ends the sessions of an organisation's members.
    """

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_sign_in(self, user: Any, address: str = "", user_agent: str = "") -> None:
        """
        Description: Stage the opening of a session.

        Input:
            - user: a member whose password has been checked.
            - address, user_agent: the client's, for people to recognise the session by.

        Output:
            - None. The token pair becomes the run's result.
        """
        self.mainorchestrator.add_step(
            sign_in_bll, None, user=user, address=address, user_agent=shortened(user_agent)
        )

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_refresh(self, token: Any) -> None:
        """
        Description: Stage the exchange of a refresh token for a new pair.

        Input:
            - token: a verified RefreshToken of this organisation.

        Output:
            - None. The token pair becomes the run's result; None if the token had been used before.
        """
        self.mainorchestrator.add_step(
            refresh_bll, None, session_id=UUID(token["sid"]), user_id=UUID(token["sub"]), used=token["jti"]
        )

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

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_password(self, user: Any, password: str, keep_session: str | None) -> None:
        """
        Description: Stage a new password of a member who has shown to know the old one.

        Input:
            - user: the member.
            - password: the new one, in clear; the run gets its hash.
            - keep_session: id of the session that goes on; all others end.

        Output:
            - None. The status becomes 204.
        """
        self.mainorchestrator.add_step(
            change_password_bll,
            None,
            user=user,
            checked=user.password,
            password_hash=hashed_password(password, username=user.username, email=user.email),
            keep_session=keep_session,
        )
