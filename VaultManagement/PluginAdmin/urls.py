"""Routes of plugins as administrators see them."""

from django.urls import path

from VaultManagement.PluginAdmin.views import PluginDetail, PluginDisable, PluginEnable, Plugins

urlpatterns = [
    path("plugins", Plugins.as_view()),
    path("plugins/<str:name>", PluginDetail.as_view()),
    path("plugins/<str:name>/enable", PluginEnable.as_view()),
    path("plugins/<str:name>/disable", PluginDisable.as_view()),
]
