"""Every route of the site: the core's, then those of the plugins that are on, all under /vault."""

from django.conf import settings
from django.urls import include, path

from NimbusVaultConstants.Modelentity.Modelentity import ModelName

CORE = (
    "VaultManagement.Auth.urls",
    "VaultManagement.Users.urls",
    "VaultManagement.Groups.urls",
    "VaultManagement.Documents.urls",
    "VaultManagement.PluginAdmin.urls",
    "VaultManagement.Site.urls",
    "VaultManagement.Health.urls",
    "VaultManagement.ApiDescription.urls",
)

_core = [path(ModelName.url_vault, include(module)) for module in CORE]
urlpatterns = [*_core, path(ModelName.url_vault, include(settings.PLUGIN_HOST.urlpatterns(_core)))]
