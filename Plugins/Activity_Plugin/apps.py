"""The plugin as a Django app, because it has a table."""

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    """Its label is the plugin's name."""

    name = "Plugins.Activity_Plugin"
    label = "Activity_Plugin"
