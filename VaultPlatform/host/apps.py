"""The plugin host as the last Django app: when it is ready all models are, and plugins can be finished."""

from django.apps import AppConfig


class PluginHostConfig(AppConfig):
    """The app that finishes loading the plugins."""

    name = "VaultPlatform.host"
    label = "VaultHost"

    def ready(self) -> None:
        """Load the plugins; have runs written down, their events delivered, and the audit trail told of them."""
        from django.conf import settings

        from Orchestrators.Audit import install_audit
        from VaultPlatform import runs
        from VaultPlatform.audit.recording import RunAudit

        runs.install()
        install_audit(RunAudit())
        settings.PLUGIN_HOST.load()
