"""Actions of `manage.py plugins` that are more than showing.

Each has `HELP`, the line of the overview, `add_arguments(parser)` and `run(command, options)`, which raises
CommandError; the command adds `--json` to all of them.
"""

from typing import Any

from VaultPlatform.management.plugin_actions import catalogue, check, new, organisations

ACTIONS: dict[str, Any] = {"check": check, "new": new, "catalogue": catalogue, **organisations.ACTIONS}

__all__ = ["ACTIONS"]
