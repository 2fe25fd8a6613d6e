"""Whose a piece of code is, and whether it may be run in the current organisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings

from VaultPlatform.tenancy import current_or_none

_ROOT = "Plugins."


def plugin_of(thing: Any) -> str | None:
    """Name of the plugin in whose package a function, a class or an instance of one is; None for the core's."""
    module = str(getattr(thing, "__module__", ""))
    return module.removeprefix(_ROOT).partition(".")[0] if module.startswith(_ROOT) else None


def why_off_here(code: Callable[..., Any]) -> str | None:
    """Why `code` is not to be run in the current organisation: its plugin is off here. None if it may be."""
    name, here = plugin_of(code), current_or_none()
    if name is None or here is None:
        return None
    reason: str | None = settings.PLUGIN_HOST.why_off(name, here)
    return None if reason is None else f"plugin {name} is off here: {reason}"
