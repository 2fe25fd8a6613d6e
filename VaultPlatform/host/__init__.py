"""The plugin host: which plugins there are, which are on, and why one is not.

`NimbusVault/settings.py` makes it before Django's apps; the AppConfig of this package, the last of INSTALLED_APPS,
finishes it with `load()`.
"""

from VaultPlatform.host.host import PluginHost
from VaultPlatform.host.imports import PluginOff
from VaultPlatform.host.status import PluginLoadError, PluginStatus, Stage

__all__ = ["PluginHost", "PluginLoadError", "PluginOff", "PluginStatus", "Stage"]
