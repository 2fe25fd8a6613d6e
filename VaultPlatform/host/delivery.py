"""Events of committed runs as calls of plugins' hook implementations, one plugin at a time."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from VaultPlatform.host.hook_guards import strictly
from VaultPlatform.tenancy import current_or_none

log = logging.getLogger("vault.plugins")


class ListenerGone(Exception):
    """The plugin that an event was for is off, or does not listen any more."""


class PluginDelivery:
    """Finds the implementations in the order of `Base.active_plugins`."""

    def listeners(self, hook_name: str) -> Sequence[str]:
        """Names of the plugins that implement the hook and are on here."""
        return [plugin for plugin, _ in _implementations(hook_name)]

    def deliver(self, listener: str, hook_name: str, kwargs: Mapping[str, Any]) -> None:
        """Call one plugin's implementation. Raises what it raises, ListenerGone if there is none any more.

        A plugin that was switched off here meanwhile is not told, now or later: what happens while it is off, it does
        not hear.
        """
        host, here = settings.PLUGIN_HOST, current_or_none()
        if host.is_on(listener) and not host.is_on(listener, here):
            log.info("%s is not told of %s: %s", listener, hook_name, host.why_off(listener, here))
            return
        for plugin, implementation in _implementations(hook_name):
            if plugin == listener:
                optional = {name: kwargs[name] for name in implementation.kwargnames if name in kwargs}
                strictly(implementation.function)(
                    *[kwargs[name] for name in implementation.argnames], **optional
                )
                return
        raise ListenerGone(f"Plugin {listener} is off here, or does not implement {hook_name} any more.")


def _implementations(hook_name: str) -> list[tuple[str, Any]]:
    from Plugins.plugin_manager import plugin_manager

    if not plugin_manager.specified(hook_name):
        return []
    host, here = settings.PLUGIN_HOST, current_or_none()
    found = reversed(getattr(plugin_manager.hook, hook_name).get_hookimpls())
    return [
        (each.plugin_name, each)
        for each in found
        if host.record_of(each.plugin_name) is None or host.is_on(each.plugin_name, here)
    ]
