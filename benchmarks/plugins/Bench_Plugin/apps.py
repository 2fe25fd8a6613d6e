"""The benchmark as a Django app."""

from django.apps import AppConfig


class BenchPluginConfig(AppConfig):
    """Label and place."""

    name = "Plugins.Bench_Plugin"
    label = "Bench_Plugin"
