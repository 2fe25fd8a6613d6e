"""The plugin as a Django app, because it has tables. Read before Django is: import no models here."""

from django.apps import AppConfig


class {{ cookiecutter.noun }}Config(AppConfig):
    """Its name and label are the plugin's."""

    name = "Plugins.{{ cookiecutter.plugin_name }}"
    label = "{{ cookiecutter.plugin_name }}"
