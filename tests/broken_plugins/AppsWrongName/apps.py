"""Copied from another plugin and not adapted."""

from django.apps import AppConfig


class WrongConfig(AppConfig):
    name = "Plugins.Witness"
