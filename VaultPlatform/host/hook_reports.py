"""Hook implementations as operators see them: what they did on this host, and where they are switched off."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy
from VaultPlatform.host import switching
from VaultPlatform.host.service import plugin_switch_service
from VaultPlatform.serving.hook_stats import HookStats
from VaultPlatform.tenancy.directory import organisations_by_key


def hooks_of(plugin: str) -> list[dict[str, Any]]:
    """The implementations of a plugin, by hook. Two queries, one where none is switched off."""
    off = _switched_off(plugin)
    known = {each.hook: each for each in settings.PLUGIN_HOST.hook_stats_of_all() if each.plugin == plugin}
    return [
        _shown(known.get(hook) or HookStats(plugin=plugin, hook=hook), switched_off=off.get(hook, []))
        for hook in sorted(known.keys() | off.keys())
    ]


def lift_hook(plugin: str, hook: str, slug: str) -> dict[str, Any]:
    """Have an implementation be called again in an organisation; returns it as `hooks_of` does.

    Raises NotFound if there is no such organisation, or the implementation is not switched off there.
    """
    why_off(plugin, hook, slug)
    switching.lift(plugin, hook, tenancy.find_organisation(slug))
    return next(
        (each for each in hooks_of(plugin) if each["hook"] == hook),
        _shown(HookStats(plugin=plugin, hook=hook), switched_off=[]),
    )


def why_off(plugin: str, hook: str, slug: str) -> str:
    """Why an implementation is switched off in an organisation. Raises NotFound as `lift_hook` does."""
    key = tenancy.find_organisation(slug).key
    row = plugin_switch_service.get(plugin=plugin, hook=hook, organisation=key)
    if row is None or row.switched_on is not False:
        raise errors.bad_request.NotFound(
            f"{hook} of {plugin} is not switched off in '{slug}'; the plugin's page lists where it is."
        )
    return str(row.reason)


def _switched_off(plugin: str) -> dict[str, list[dict[str, Any]]]:
    rows = list(plugin_switch_service.filter(plugin=plugin, switched_on=False).exclude(hook=""))
    here = organisations_by_key({row.organisation for row in rows}) if rows else {}
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row.organisation in here:
            where = {"organisation": here[row.organisation].slug, "reason": row.reason}
            found.setdefault(row.hook, []).append(where)
    return found


def _shown(stats: HookStats, *, switched_off: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "hook": stats.hook,
        "calls": stats.calls,
        "errors": stats.errors,
        "skipped": stats.skipped,
        "overdue": stats.overdue,
        "p50_seconds": stats.percentile(0.5),
        "p99_seconds": stats.percentile(0.99),
        "errors_by_organisation": dict(stats.errors_in),
        "last_error": stats.last_error,
        "last_failed_at": stats.last_failed_at,
        "traceback": stats.traceback,
        "switched_off": switched_off,
    }
