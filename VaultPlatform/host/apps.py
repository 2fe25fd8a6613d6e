"""The plugin host as the last Django app: when it is ready all models are, and plugins can be finished."""

from collections.abc import Mapping
from typing import Any

from django.apps import AppConfig


class PluginHostConfig(AppConfig):
    """The app that finishes loading the plugins."""

    name = "VaultPlatform.host"
    label = "VaultHost"

    def ready(self) -> None:
        """Load the plugins, and have the events of committed runs reach their hooks."""
        from django.conf import settings

        from Orchestrators.Journal import install_delivery

        install_delivery(_call_hook)
        settings.PLUGIN_HOST.load()


def _call_hook(name: str, kwargs: Mapping[str, Any]) -> None:
    from Plugins.plugin_manager import plugin_manager

    getattr(plugin_manager.hook, name)(**kwargs)
