from django.apps import AppConfig


class CitationsPluginConfig(AppConfig):
    name = "Plugins.Citations_Plugin"
    label = "Citations_Plugin"
