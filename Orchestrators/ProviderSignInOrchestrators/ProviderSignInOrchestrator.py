"""Workflows of signing in through another provider."""

from dataclasses import asdict
from typing import Any

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.Auth.bll.HelperFunctions import shortened
from VaultManagement.ProviderSignIn.bll.PostApisbll import OUTCOME, provider_sign_in_bll


class ProviderSignInOrchestrator(Workflow):
    """
    Description:
    Opens the sessions of members whom a provider has confirmed.
    """

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_sign_in(self, identity: Any, address: str = "", user_agent: str = "") -> None:
        """
        Description: Stage the opening of a session, of a new member where the site wants that.

        Input:
            - identity: who it is, as the provider has confirmed it.
            - address, user_agent: the client's, for people to recognise the session by.

        Output:
            - None. The token pair becomes the run's result.
        """
        self.mainorchestrator.add_step(
            provider_sign_in_bll,
            None,
            identity=asdict(identity),
            address=address,
            user_agent=shortened(user_agent),
        )
