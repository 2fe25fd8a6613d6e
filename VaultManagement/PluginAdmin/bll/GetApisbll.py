"""Reads of the plugin host for an organisation's administrators: no traceback, no path of the machine, no query."""

from dataclasses import replace
from typing import Any

from django.conf import settings

from NimbusVaultConstants.CommonConstants.Paging import page_of
from VaultErrors.BackendErrors import errors
from VaultManagement.PluginAdmin.bll.HelperFunctions import format_plugin
from VaultPlatform import tenancy
from VaultPlatform.host import PluginStatus
from VaultPlatform.host.switches import DISABLED_HERE


def list_plugins(*, limit: int, offset: int) -> dict[str, Any]:
    """A page of the plugins: those configured, in their order, then those that are merely there."""
    return page_of(settings.PLUGIN_HOST.status(), limit=limit, offset=offset, shown=shown_here)


def get_plugin(*, name: str) -> dict[str, Any]:
    """One plugin. Raises NotFound."""
    return shown_here(plugin_status(name))


def plugin_status(name: str) -> PluginStatus:
    """What the host knows of the plugin `name`. Raises NotFound."""
    found: PluginStatus | None = next(
        (each for each in settings.PLUGIN_HOST.status() if each.name == name), None
    )
    if found is None:
        raise errors.bad_request.NotFound(f"There is no plugin '{name}' on this site.")
    return found


def shown_here(status: PluginStatus) -> dict[str, Any]:
    """`status` as it is in the current organisation, where a plugin of the site may be off."""
    if status.state == "on":
        reason = settings.PLUGIN_HOST.why_off(status.name, tenancy.current())
        if reason is not None:
            told = None if reason == DISABLED_HERE else reason  # what was asked for has not failed
            status = replace(status, state="off", routes_registered=False, reason=told)
    return format_plugin(status)
