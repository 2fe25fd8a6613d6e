"""Workflows of operators."""

from collections.abc import Mapping

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.Site.bll.PostApisbll import (
    OUTCOME,
    create_administrator_bll,
    create_organisation_bll,
    rollback_create_organisation_bll,
)
from VaultManagement.Users.bll.HelperFunctions import hashed_password


class SiteOrchestrator(Workflow):
    """
    Description:
    Makes organisations. Its runs belong to no organisation.
    """

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_create_organisation(
        self, slug: str, name: str = "", administrator: Mapping[str, str] | None = None
    ) -> None:
        """
        Description: Stage a new organisation, removed again if its administrator cannot be made.

        Input:
            - slug: its name in the Org header.
            - name: its name for people; the slug if empty.
            - administrator: username, and password in clear, of who signs in first; None for nobody.

        Output:
            - None. The organisation becomes the run's result, the status 201.
        """
        self.mainorchestrator.set_context_schema({"organisation": str})
        self.mainorchestrator.add_step(
            create_organisation_bll, rollback_create_organisation_bll, slug=slug, name=name
        )
        if administrator is not None:
            username = administrator["username"]
            password_hash = hashed_password(administrator["password"], username=username, email="")
            self.mainorchestrator.add_step(
                create_administrator_bll, None, username=username, password_hash=password_hash
            )
