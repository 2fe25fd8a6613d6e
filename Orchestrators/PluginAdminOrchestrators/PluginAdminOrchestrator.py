"""Workflows of plugins in an organisation."""

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.PluginAdmin.bll.PostApisbll import (
    SWITCHED,
    plugin_before,
    rollback_switch_plugin_bll,
    switch_plugin_bll,
)


class PluginAdminOrchestrator(Workflow):
    """
    Description:
    Switches plugins of the site on and off in the current organisation.
    """

    @context_manager(get_contexts={}, set_contexts=SWITCHED)
    def stage_switch(self, name: str, *, on: bool) -> None:
        """
        Description: Stage the switching of a plugin, which changes nothing if it is as wanted.

        Input:
            - name: the plugin.
            - on: whether it is to be on.

        Output:
            - None. The plugin as it is here then becomes the run's result.
        """
        self.mainorchestrator.set_context_schema({"plugin_before": dict})
        self.mainorchestrator.add_step(
            switch_plugin_bll, rollback_switch_plugin_bll, name=name, on=on, before=plugin_before(name)
        )
