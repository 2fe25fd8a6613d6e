"""Reads and writes of what was said of plugins, in `control`; nobody else touches that table."""

from VaultModels.control.models import PluginSwitch
from VaultModels.ModelService import ModelService


class PluginSwitchService(ModelService[PluginSwitch]):
    """The eight primitives on what was said of plugins."""

    model = PluginSwitch


plugin_switch_service = PluginSwitchService()
