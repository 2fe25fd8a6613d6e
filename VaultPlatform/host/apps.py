"""The plugin host as the last Django app: when it is ready all models are, and plugins can be finished."""

from collections.abc import Mapping
from typing import Any

from django.apps import AppConfig


class PluginHostConfig(AppConfig):
    """The app that finishes loading the plugins."""

    name = "VaultPlatform.host"
    label = "VaultHost"

    def ready(self) -> None:
        """Load the plugins; have the events of committed runs reach their hooks, and the runs the audit trail."""
        from django.conf import settings

        from Orchestrators.Audit import install_audit
        from Orchestrators.Journal import install_delivery
        from VaultPlatform.audit.recording import RunAudit

        install_delivery(_call_hook)
        install_audit(RunAudit())
        settings.PLUGIN_HOST.load()


def _call_hook(name: str, kwargs: Mapping[str, Any]) -> None:
    from Plugins.plugin_manager import plugin_manager

    getattr(plugin_manager.hook, name)(**kwargs)
