"""What became of each plugin in this process, for whoever looks after the process."""

from typing import Any

from django.conf import settings


def states_of_plugins() -> dict[str, Any]:
    """Name -> state, stage and reason, as JSON has them."""
    return {each.name: [each.state, each.stage, each.reason] for each in settings.PLUGIN_HOST.status()}
