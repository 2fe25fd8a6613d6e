"""Connects a receiver that would break every save, then raises."""

from django.apps import AppConfig
from django.db.models.signals import pre_save


def break_every_save(**_):
    raise RuntimeError("a signal of a plugin that did not load")


class ReadyRaisesConfig(AppConfig):
    name = "Plugins.ReadyRaises"

    def ready(self):
        pre_save.connect(break_every_save, weak=False)
        raise RuntimeError("not ready")
