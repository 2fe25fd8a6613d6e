"""Switching a plugin on and off in the current organisation, as a step of a run.

What was said is kept in the site's database, so the step is external. It is done again if nobody knows whether it has
happened: what was said before, and whether that was a change, is known since it was staged.
"""

from typing import Any

from django.conf import settings

from Orchestrators.ContextManager import context_manager, external_step
from VaultErrors.BackendErrors import errors
from VaultManagement.PluginAdmin.bll.GetApisbll import plugin_status, shown_here
from VaultPlatform import tenancy
from VaultPlatform.host import PluginStatus
from VaultPlatform.host.switching import said_of, say

SWITCHED = {"common": ["result", "result_status", "plugin_before"]}
BEFORE = {"common": ["plugin_before"]}
ENTITY_TYPE = "Plugin"


def plugin_before(name: str) -> dict[str, Any]:
    """What is to be remembered of a plugin before it is switched here: whether it is on, and what was said."""
    here = tenancy.current()
    on = settings.PLUGIN_HOST.is_on(name, here)
    return {"name": name, "on": on, "switched_on": said_of(name, here).switched_on}


@external_step(unknown="retry")
@context_manager(get_contexts={}, set_contexts=SWITCHED)
def switch_plugin_bll(orchestrator: Any, name: str, on: bool, before: dict[str, Any]) -> None:  # noqa: FBT001  # staged by name
    """Switch a plugin on or off here. Raises NotFound, Conflict, PermissionDenied, each saying what to do."""
    status = plugin_status(name)
    (_check_enabling if on else _check_disabling)(status)
    orchestrator.set_context_value("plugin_before", before)
    say(name, tenancy.current(), "switched_on", value=on)
    if settings.PLUGIN_HOST.is_on(name, tenancy.current()) != before["on"]:
        _tell(orchestrator, name, on=on)
    orchestrator.set_context_value("result", shown_here(status))
    orchestrator.set_context_value("result_status", 200)


@external_step
@context_manager(get_contexts=BEFORE, set_contexts={})
def rollback_switch_plugin_bll(orchestrator: Any) -> None:
    """Say of the plugin what was said before."""
    before = orchestrator.get_context_value("plugin_before")
    say(before["name"], tenancy.current(), "switched_on", value=before["switched_on"])


def _tell(orchestrator: Any, name: str, *, on: bool) -> None:
    if on:
        orchestrator.queue_event("on_plugin_activated", name=name)
        orchestrator.note_audit("plugin.enabled", entity_type=ENTITY_TYPE, entity_id=name)
    else:
        orchestrator.queue_event("on_plugin_deactivated", name=name)
        orchestrator.note_audit("plugin.disabled", entity_type=ENTITY_TYPE, entity_id=name)


def _check_enabling(status: PluginStatus) -> None:
    if status.state != "on":
        raise errors.bad_request.Conflict(
            f"The plugin '{status.name}' is {status.state} on this site, so no organisation can enable it;"
            " the site's operator can see why."
        )
    if settings.PLUGIN_HOST.forbidden_in(status.name, tenancy.current()):
        raise errors.bad_request.PermissionDenied(
            f"The site's operator does not allow the plugin '{status.name}' here; ask them to allow it."
        )
    off = [each for each in status.requires if not settings.PLUGIN_HOST.is_on(each, tenancy.current())]
    if off:
        raise errors.bad_request.Conflict(
            f"The plugin '{status.name}' needs '{off[0]}', which is off here; enable that first."
        )


def _check_disabling(status: PluginStatus) -> None:
    if status.level == "site":
        raise errors.bad_request.Conflict(
            f"The plugin '{status.name}' is on in every organisation of the site; only its operator can switch it off."
        )
    needing = [each for each in status.required_by if settings.PLUGIN_HOST.is_on(each, tenancy.current())]
    if needing:
        raise errors.bad_request.Conflict(
            f"The plugin '{status.name}' is needed by '{needing[0]}', which is on here; disable that first."
        )
