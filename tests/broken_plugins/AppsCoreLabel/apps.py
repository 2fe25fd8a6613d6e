"""Takes a label that is Django's."""

from django.apps import AppConfig


class CoreLabelConfig(AppConfig):
    name = "Plugins.AppsCoreLabel"
    label = "auth"
