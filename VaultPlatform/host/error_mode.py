"""`Base.plugin_errors` as it holds for this process."""

import sys

from VaultPlatform.host.status import ErrorMode

#: What a process is called that loads the plugins to tell of them: VaultPlatform.activation.candidate.
SHOWING = "show_plugins"
#: Actions of `manage.py plugins` that have a process of their own load what they need: no plugin can be in their way.
APART = frozenset({"list", "show", "enable", "disable", "apply", "recover", "install", "update", "uninstall"})


def error_mode(configured: ErrorMode) -> ErrorMode:
    """As configured; but `manage.py plugins` runs beside a broken plugin, to show it and to switch it off."""
    if sys.argv[1:2] == ["plugins"]:
        action = next((each for each in sys.argv[2:] if not each.startswith("-")), "")
        if action in APART:
            return "none"
    return "skip" if configured == "refuse" and sys.argv[1:2] in (["plugins"], [SHOWING]) else configured
