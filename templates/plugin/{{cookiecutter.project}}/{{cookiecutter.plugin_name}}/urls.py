"""Routes of the plugin, under /vault/."""

from django.urls import path

from Plugins.{{ cookiecutter.plugin_name }}.views import {{ cookiecutter.noun }}

urlpatterns = [
    path("{{ cookiecutter.word }}", {{ cookiecutter.noun }}.as_view()),
]
