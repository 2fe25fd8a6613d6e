"""What operators get to see, made of what the platform knows. No table is touched here."""

from collections.abc import Mapping
from typing import Any

from VaultManagement.PluginAdmin.bll.HelperFunctions import format_plugin
from VaultPlatform.host import PluginStatus
from VaultPlatform.tenancy import Organisation


def format_organisation(organisation: Organisation) -> dict[str, Any]:
    """An organisation as operators see it."""
    return {
        "slug": organisation.slug,
        "name": organisation.name,
        "status": organisation.status,
        "delete_after": organisation.delete_after,
    }


def format_site_plugin(status: PluginStatus, *, traceback: str | None) -> dict[str, Any]:
    """A plugin with all that is known of it: where it comes from, the whole reason, the traceback."""
    shown = format_plugin(status)
    shown["load_status"]["failure_reason"] = status.reason
    return {
        **shown,
        "source": status.source or None,
        "source_kind": status.source_kind or None,
        "package": status.package or None,
        "requires_packages": status.requires_packages,
        "traceback": traceback,
    }


def format_implementation(stats: Any) -> dict[str, Any]:
    """What one plugin's implementation of a hook has done; `stats` are the host's counts."""
    return {
        "plugin": stats.plugin,
        "calls": stats.calls,
        "errors": stats.errors,
        "mean_seconds": stats.seconds / stats.calls if stats.calls else None,
    }


def format_hook(name: str, *, manager: Any, stats: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    """A hook with its implementations in the order in which they are called.

    Parameters: `manager`, the plugin manager; `stats`, the host's counts by plugin and hook.
    """
    plugins = [each.plugin_name for each in reversed(getattr(manager.hook, name).get_hookimpls())]
    return {
        "name": name,
        "arguments": list(manager.arguments(name)),
        "implementations": [format_implementation(stats[plugin, name]) for plugin in plugins],
    }
