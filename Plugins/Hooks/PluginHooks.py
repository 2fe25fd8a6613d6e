"""What the platform asks of plugins themselves."""

import pluggy

hookspec = pluggy.HookspecMarker("vault")


class PluginHooks:
    """What a plugin brings along, and that it is switched on and off."""

    @hookspec
    def collect_orchestrators(self) -> dict[str, type] | None:
        """Asked once, at start.

        Output:
            - The plugin's orchestrator classes by the names that `OrchestratorRegistry.get` finds them by. A name that
              is taken is an error of this plugin.
        """

    @hookspec
    def collect_health_checks(self) -> dict[str, str | None] | None:
        """Asked by `/vault/health/ready`.

        Output:
            - For each component of the plugin that has to be well: `None` when it is, else the problem as text.
        """

    @hookspec
    def on_plugin_activated(self, name: str) -> None:
        """A plugin was switched on in the current organisation. It hears of that itself, too.

        Input:
            - name: the plugin's name.
        """

    @hookspec
    def on_plugin_deactivated(self, name: str) -> None:
        """A plugin was switched off in the current organisation. It hears no hook any more, this one included.

        Input:
            - name: the plugin's name.
        """
