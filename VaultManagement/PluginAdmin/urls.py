"""Routes of plugins as administrators see them."""

from django.urls import path

from VaultManagement.PluginAdmin.views import PluginDetail, Plugins

urlpatterns = [
    path("plugins", Plugins.as_view()),
    path("plugins/<str:name>", PluginDetail.as_view()),
]
