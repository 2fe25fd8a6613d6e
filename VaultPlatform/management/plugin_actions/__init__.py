"""Actions of `manage.py plugins` that have a module of their own.

Each has `NAME`, `HELP`, `add_arguments(parser)` and `run(command, options)`; the command adds `--json` to all of them.
"""

from VaultPlatform.management.plugin_actions import catalogue, check, new

ACTIONS = (check, new, catalogue)

__all__ = ["ACTIONS"]
