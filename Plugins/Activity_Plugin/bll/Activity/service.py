"""The table of activity."""

from Plugins.Activity_Plugin.models import ActivityEntry
from VaultModels.ModelService import ModelService


class ActivityEntryService(ModelService[ActivityEntry]):
    """The eight primitives on entries."""

    model = ActivityEntry


activity_entry_service = ActivityEntryService()
