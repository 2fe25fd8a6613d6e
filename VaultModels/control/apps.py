"""The control plane's tables as a Django app."""

from django.apps import AppConfig


class ControlConfig(AppConfig):
    """App label `control`."""

    name = "VaultModels.control"
    label = "control"
    default_auto_field = "django.db.models.BigAutoField"
