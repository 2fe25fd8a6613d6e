"""The organisation's own tables as a Django app."""

from django.apps import AppConfig


class VaultModelsConfig(AppConfig):
    """App label `VaultModels`."""

    name = "VaultModels"
    label = "VaultModels"
    default_auto_field = "django.db.models.BigAutoField"
