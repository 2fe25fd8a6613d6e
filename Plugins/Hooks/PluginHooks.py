"""What the platform asks of plugins themselves."""

import pluggy

hookspec = pluggy.HookspecMarker("vault")


class PluginHooks:
    """What a plugin brings along."""

    @hookspec
    def collect_orchestrators(self) -> dict[str, type] | None:
        """Asked once at start. Return {name: orchestrator class}."""

    @hookspec
    def collect_health_checks(self) -> dict[str, str | None] | None:
        """Asked by the health endpoint. Return {component: None when it is well, else the problem as text}."""

    @hookspec
    def on_plugin_activated(self, name: str) -> None:
        """Called in an organisation after the plugin `name` was switched on there; it hears of it, too."""

    @hookspec
    def on_plugin_deactivated(self, name: str) -> None:
        """Called in an organisation after the plugin `name` was switched off there; it does not hear of it itself."""
