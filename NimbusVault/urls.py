"""Every route of the site: the core's, then those of the plugins that are on, all under /vault; and /metrics."""

from importlib import import_module

from django.conf import settings
from django.urls import path

from NimbusVaultConstants.Modelentity.Modelentity import ModelName
from VaultPlatform.host.routes import ByFirstWord, mounted
from VaultPlatform.metrics import metrics

CORE = (
    "VaultManagement.Auth.urls",
    "VaultManagement.ProviderSignIn.urls",
    "VaultManagement.Users.urls",
    "VaultManagement.Groups.urls",
    "VaultManagement.Roles.urls",
    "VaultManagement.Sessions.urls",
    "VaultManagement.ApiKeys.urls",
    "VaultManagement.Documents.urls",
    "VaultManagement.PluginAdmin.urls",
    "VaultManagement.Operators.urls",
    "VaultManagement.Audit.urls",
    "VaultManagement.Installations.urls",
    "VaultManagement.Site.urls",
    "VaultManagement.Activations.urls",
    "VaultManagement.Runs.urls",
    "VaultManagement.Health.urls",
    "VaultManagement.ApiDescription.urls",
)

_core = [mounted(import_module(module).urlpatterns) for module in CORE]
urlpatterns = [
    ByFirstWord(ModelName.url_vault, [*_core, *settings.PLUGIN_HOST.urlpatterns(_core)]),
    path("metrics", metrics),
]
