"""Actions of `manage.py plugins` that are more than showing.

Each has `HELP`, the line of the overview, `add_arguments(parser)` and `run(command, options)`, which raises
CommandError; the command adds `--json` to all of them.
"""

from typing import Any

from VaultPlatform.management.plugin_actions import (
    catalogue,
    check,
    hooks,
    install,
    makemigrations,
    new,
    organisations,
    recover,
    switching,
    uninstall,
    update,
)

ACTIONS: dict[str, Any] = {
    **switching.ACTIONS,
    "recover": recover,
    "install": install,
    "update": update,
    "uninstall": uninstall,
    **organisations.ACTIONS,
    "check": check,
    "new": new,
    "makemigrations": makemigrations,
    "catalogue": catalogue,
    "hooks": hooks,
}

__all__ = ["ACTIONS"]
