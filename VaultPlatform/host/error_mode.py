"""`Base.plugin_errors` as it holds for this process."""

import sys

from VaultPlatform.host.status import ErrorMode


def error_mode(configured: ErrorMode) -> ErrorMode:
    """As configured; but `manage.py plugins` runs beside a broken plugin, to show it and to switch it off."""
    return "skip" if configured == "refuse" and sys.argv[1:2] == ["plugins"] else configured
