"""Reaches for another plugin."""

from Plugins.Bystander import urls  # noqa: F401

urlpatterns = []
