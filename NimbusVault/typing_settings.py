"""The settings as the type checker reads them: it wants apps by their names, and the site has AppConfig instances."""

from NimbusVault import settings as site
from NimbusVault.settings import *  # noqa: F403  # the same settings, but for what follows

INSTALLED_APPS = [app if isinstance(app, str) else app.name for app in site.INSTALLED_APPS]
