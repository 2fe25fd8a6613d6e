"""The platform as a Django app, so that its management commands and system checks are found."""

from django.apps import AppConfig


class VaultPlatformConfig(AppConfig):
    """App label `VaultPlatform`."""

    name = "VaultPlatform"
    label = "VaultPlatform"

    def ready(self) -> None:
        """Register the system checks, and keep apart what Django remembers of organisations."""
        from VaultPlatform.tenancy.content_types import keep_content_types_apart

        keep_content_types_apart()
        from VaultPlatform import checks  # noqa: F401  # importing it registers them
