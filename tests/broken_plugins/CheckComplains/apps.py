"""Registers the check."""

from django.apps import AppConfig
from django.core.checks import Error, register


class CheckComplainsConfig(AppConfig):
    name = "Plugins.CheckComplains"

    def ready(self):
        register(complain)


def complain(app_configs, **_):
    return [Error("a licence is missing", id="complains.E001")]
