"""Actions of `manage.py plugins` that change something, a module each: `add_arguments(parser)` and `run(out, options)`.

`HELP` is the line of the overview. `run` raises CommandError.
"""

from VaultPlatform.management.plugin_actions import apply, disable, enable, recover

ACTIONS = {"enable": enable, "disable": disable, "apply": apply, "recover": recover}
