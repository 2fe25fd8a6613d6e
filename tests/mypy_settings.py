"""The settings as mypy's Django plugin can take them: apps by name, and no trace in the folder of a real site."""

import os

os.environ["VAULT_HOME"] = ".mypy_cache/site"
os.environ["VAULT_SETTINGS"] = "VaultSettings.json"

from NimbusVault.settings import *  # noqa: F403
from NimbusVault.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [app if isinstance(app, str) else app.name for app in _APPS]
