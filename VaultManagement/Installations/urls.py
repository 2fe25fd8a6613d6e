"""Routes of installations. None of them belongs to an organisation.

They stand before those of `Site`, whose `site/plugins/<name>` would take `install` and `update` for names of plugins;
no plugin may have these names.
"""

from django.urls import path

from VaultManagement.Installations.views import SitePluginInstall, SitePluginUninstall, SitePluginUpdate

urlpatterns = [
    path("site/plugins/install", SitePluginInstall.as_view()),
    path("site/plugins/update", SitePluginUpdate.as_view()),
    path("site/plugins/<str:name>/uninstall", SitePluginUninstall.as_view()),
]
