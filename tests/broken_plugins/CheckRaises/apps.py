"""Registers the check."""

from django.apps import AppConfig
from django.core.checks import register


@register()
def always_raises(app_configs, **_):
    raise OSError("the check itself is broken")


class CheckRaisesConfig(AppConfig):
    name = "Plugins.CheckRaises"
