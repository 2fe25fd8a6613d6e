"""Actions of `manage.py plugins` that change something, a module each: `add_arguments(parser)` and `run(options, …)`.

`HELP` is the line of the overview. `run` raises CommandError.
"""

from VaultPlatform.management.plugin_actions import (
    apply,
    disable,
    enable,
    install,
    recover,
    uninstall,
    update,
)

ACTIONS = {
    "enable": enable,
    "disable": disable,
    "apply": apply,
    "recover": recover,
    "install": install,
    "update": update,
    "uninstall": uninstall,
}
