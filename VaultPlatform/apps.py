"""The platform as a Django app, so that its management commands and system checks are found."""

from django.apps import AppConfig


class VaultPlatformConfig(AppConfig):
    """App label `VaultPlatform`."""

    name = "VaultPlatform"
    label = "VaultPlatform"

    def ready(self) -> None:
        """Register the system checks."""
        from VaultPlatform import checks  # noqa: F401  # importing it registers them
