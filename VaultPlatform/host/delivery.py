"""Events of committed runs as calls of plugins' hook implementations, one plugin at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from VaultPlatform.host.hook_guards import strictly


class ListenerGone(Exception):
    """The plugin that an event was for is off, or does not listen any more."""


class PluginDelivery:
    """Finds the implementations in the order of `Base.active_plugins`."""

    def listeners(self, hook_name: str) -> Sequence[str]:
        """Names of the plugins that implement the hook and are on here."""
        return [plugin for plugin, _ in _implementations(hook_name)]

    def deliver(self, listener: str, hook_name: str, kwargs: Mapping[str, Any]) -> None:
        """Call one plugin's implementation. Raises what it raises, ListenerGone if there is none any more."""
        for plugin, implementation in _implementations(hook_name):
            if plugin == listener:
                accepted = (*implementation.argnames, *implementation.kwargnames)
                strictly(implementation.function)(
                    **{name: kwargs[name] for name in accepted if name in kwargs}
                )
                return
        raise ListenerGone(f"Plugin {listener} is off here, or does not implement {hook_name} any more.")


def _implementations(hook_name: str) -> list[tuple[str, Any]]:
    from django.conf import settings

    from Plugins.plugin_manager import plugin_manager

    if not plugin_manager.specified(hook_name):
        return []
    host, found = settings.PLUGIN_HOST, reversed(getattr(plugin_manager.hook, hook_name).get_hookimpls())
    return [
        (each.plugin_name, each)
        for each in found
        if host.record_of(each.plugin_name) is None or host.is_on(each.plugin_name)
    ]
