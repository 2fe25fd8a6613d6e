"""The one way by which core code reaches plugins: `plugin_manager.hook.<name>(…)` and `plugin_manager.filter(…)`.

The hooks are those of `Plugins/Hooks/`; implementations are registered by the plugin host at start, in the order of
`Base.active_plugins`, so before that every call finds nobody.
"""

from Plugins import Hooks
from VaultPlatform.host.manager import VaultPluginManager

plugin_manager = VaultPluginManager()
plugin_manager.add_specs(Hooks)
