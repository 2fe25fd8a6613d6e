"""Workflows of operators."""

from collections.abc import Callable, Mapping
from typing import Any

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.Activations.bll.PostApisbll import ACCEPTED, switch_plugin_bll
from VaultManagement.Site.bll.PostApisbll import (
    CHANGE,
    OUTCOME,
    create_administrator_bll,
    create_organisation_bll,
    delete_organisation_bll,
    import_organisation_bll,
    rename_organisation_bll,
    resume_organisation_bll,
    rollback_change_organisation_bll,
    rollback_create_organisation_bll,
    suspend_organisation_bll,
)
from VaultPlatform.identity.passwords import hashed_password


class SiteOrchestrator(Workflow):
    """
    Description:
    Makes organisations and changes their state. Its runs belong to no organisation.
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

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_import_organisation(self, slug: str, path: str, name: str = "") -> None:
        """
        Description: Stage a new organisation from an archive, removed again if a later step fails.

        Input:
            - slug: its name in the Org header.
            - path: of the file that holds the archive, plain or compressed.
            - name: its name for people; the archive's if empty.

        Output:
            - None. The organisation becomes the run's result, the status 201.
        """
        self.mainorchestrator.set_context_schema({"organisation": str})
        self.mainorchestrator.add_step(
            import_organisation_bll, rollback_create_organisation_bll, slug=slug, path=path, name=name
        )

    @context_manager(get_contexts={}, set_contexts=CHANGE)
    def stage_rename_organisation(self, slug: str, changes: Mapping[str, str]) -> None:
        """
        Description: Stage another slug, another name, or both.

        Input:
            - slug: its name in the Org header as it is now.
            - changes: slug and name as they are to be, of which one may be missing.

        Output:
            - None. The organisation becomes the run's result.
        """
        self._stage_change(rename_organisation_bll, slug=slug, changes=dict(changes))

    @context_manager(get_contexts={}, set_contexts=CHANGE)
    def stage_suspend_organisation(self, slug: str) -> None:
        """
        Description: Stage the closing of an active organisation to its members.

        Input:
            - slug: its name in the Org header.

        Output:
            - None. The organisation becomes the run's result.
        """
        self._stage_change(suspend_organisation_bll, slug=slug)

    @context_manager(get_contexts={}, set_contexts=CHANGE)
    def stage_resume_organisation(self, slug: str) -> None:
        """
        Description: Stage the opening of an organisation that is suspended, or in its grace period.

        Input:
            - slug: its name in the Org header.

        Output:
            - None. The organisation becomes the run's result.
        """
        self._stage_change(resume_organisation_bll, slug=slug)

    @context_manager(get_contexts={}, set_contexts=CHANGE)
    def stage_delete_organisation(self, slug: str) -> None:
        """
        Description: Stage the closing of an organisation, to be removed after the grace period.

        Input:
            - slug: its name in the Org header.

        Output:
            - None. The organisation becomes the run's result.
        """
        self._stage_change(delete_organisation_bll, slug=slug)

    @context_manager(get_contexts={}, set_contexts=ACCEPTED)
    def stage_switch_plugin(self, *, action: str, name: str, along: bool) -> None:
        """
        Description: Stage the request that a plugin of the site is switched on or off.

        Input:
            - action: enable or disable.
            - name: the plugin.
            - along: whether what it needs, or what needs it, is switched along with it.

        Output:
            - None. The activation becomes the run's result, the status 202.
        """
        self.mainorchestrator.add_step(switch_plugin_bll, None, action=action, name=name, along=along)

    def _stage_change(self, forward: Callable[..., Any], **arguments: Any) -> None:
        """
        Description: Stage a change that is taken back by writing what was before.

        Input:
            - forward: the step that changes an organisation.
            - arguments: what it takes.

        Output:
            - None.
        """
        self.mainorchestrator.set_context_schema({"organisation_before": dict})
        self.mainorchestrator.add_step(forward, rollback_change_organisation_bll, **arguments)
