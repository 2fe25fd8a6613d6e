from django.apps import AppConfig


class BenchPluginConfig(AppConfig):
    name = "Plugins.Bench_Plugin"
    label = "Bench_Plugin"
