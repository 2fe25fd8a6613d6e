"""What became of each plugin in this process, for whoever looks after the process."""

from dataclasses import asdict
from typing import Any

from django.conf import settings

from VaultPlatform.serving.generations import report


def states_of_plugins() -> dict[str, Any]:
    """Name -> state, stage and reason, as JSON has them."""
    return {each.name: [each.state, each.stage, each.reason] for each in settings.PLUGIN_HOST.status()}


def report_loaded() -> None:
    """Tell the supervisor, if one has started this process, that everything is loaded, and what became of it."""
    versions = {each.name: each.version for each in settings.PLUGIN_HOST.status()}
    report(states_of_plugins(), versions)


def shown_plugins() -> list[dict[str, Any]]:
    """All that is known of each plugin, with the traceback of its failure, as JSON has it."""
    host = settings.PLUGIN_HOST
    return [{**asdict(each), "traceback": host.traceback(each.name)} for each in host.status()]
