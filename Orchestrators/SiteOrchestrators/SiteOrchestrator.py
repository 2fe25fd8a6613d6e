"""Workflows of operators."""

from collections.abc import Callable, Mapping
from typing import Any

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.Activations.bll.PostApisbll import (
    ACCEPTED,
    rollback_activation_bll,
    switch_plugin_bll,
)
from VaultManagement.Installations.bll.PostApisbll import (
    INSTALLING,
    install_plugin_bll,
    rollback_install_plugin_bll,
    uninstall_plugin_bll,
    update_plugin_bll,
)
from VaultManagement.Site.bll.PostApisbll import (
    CHANGE,
    LIFTING,
    OUTCOME,
    SAYING,
    create_administrator_bll,
    create_organisation_bll,
    delete_organisation_bll,
    import_organisation_bll,
    lift_hook_bll,
    rename_organisation_bll,
    resume_organisation_bll,
    rollback_change_organisation_bll,
    rollback_create_organisation_bll,
    rollback_lift_hook_bll,
    rollback_say_of_plugin_bll,
    said_before,
    say_of_plugin_bll,
    suspend_organisation_bll,
    why_hook_is_off,
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

    @context_manager(get_contexts={}, set_contexts=SAYING)
    def stage_say_of_plugin(
        self, name: str, words: Mapping[str, bool | None], organisation: str | None = None
    ) -> None:
        """
        Description: Stage what an operator says of a plugin in an organisation, or in all of them.

        Input:
            - name: the plugin.
            - words: allowed and switched_on, one or both, with true, false, or None to take back what was said.
            - organisation: its slug; None for all of which nothing else was said.

        Output:
            - None. What is said there then, and whether the plugin is on, becomes the run's result.
        """
        self.mainorchestrator.set_context_schema({"said_before": dict})
        self.mainorchestrator.add_step(
            say_of_plugin_bll,
            rollback_say_of_plugin_bll,
            name=name,
            organisation=organisation,
            words=dict(words),
            before=said_before(name, organisation, words),
        )

    @context_manager(get_contexts={}, set_contexts=LIFTING)
    def stage_lift_hook(self, name: str, hook: str, organisation: str) -> None:
        """
        Description: Stage that a hook implementation, which was switched off because it failed, is called again.

        Input:
            - name: the plugin.
            - hook: name of the hook.
            - organisation: slug of the organisation in which it is switched off.

        Output:
            - None. The implementation, as operators see it, becomes the run's result.
        """
        self.mainorchestrator.set_context_schema({"lifted": dict})
        self.mainorchestrator.add_step(
            lift_hook_bll,
            rollback_lift_hook_bll,
            name=name,
            hook=hook,
            organisation=organisation,
            reason=why_hook_is_off(name, hook, organisation),
        )

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
        self._stage_asking(switch_plugin_bll, action=action, name=name, along=along)

    @context_manager(get_contexts={}, set_contexts=INSTALLING)
    def stage_install_plugin(self, *, package: str) -> None:
        """
        Description: Stage that a plugin is brought to this machine.

        Input:
            - package: path of the file that holds it.

        Output:
            - None. Name, version and notes become the run's result, the status 201.
        """
        self.mainorchestrator.set_context_schema({"installed": str})
        self.mainorchestrator.add_step(install_plugin_bll, rollback_install_plugin_bll, package=package)

    @context_manager(get_contexts={}, set_contexts=ACCEPTED)
    def stage_update_plugin(self, *, package: str) -> None:
        """
        Description: Stage the request that another version of an installed plugin is put in place.

        Input:
            - package: path of the file that holds it.

        Output:
            - None. The activation becomes the run's result, the status 202.
        """
        self._stage_asking(update_plugin_bll, package=package)

    @context_manager(get_contexts={}, set_contexts=ACCEPTED)
    def stage_uninstall_plugin(self, *, name: str, fate: str) -> None:
        """
        Description: Stage the request that a plugin is taken away.

        Input:
            - name: the plugin.
            - fate: what becomes of its rows: keep, export or drop.

        Output:
            - None. The activation becomes the run's result, the status 202.
        """
        self._stage_asking(uninstall_plugin_bll, name=name, fate=fate)

    def _stage_asking(self, forward: Callable[..., Any], **arguments: Any) -> None:
        """
        Description: Stage a request of the supervisor, which is taken back while it has not been taken up.

        Input:
            - forward: the step that asks.
            - arguments: what it takes.

        Output:
            - None.
        """
        self.mainorchestrator.set_context_schema({"activation": str})
        self.mainorchestrator.add_step(forward, rollback_activation_bll, **arguments)

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
