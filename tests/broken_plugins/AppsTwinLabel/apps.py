"""Takes the label of Witness."""

from django.apps import AppConfig


class TwinLabelConfig(AppConfig):
    name = "Plugins.AppsTwinLabel"
    label = "Witness"
