"""Plugins across organisations, for operators: where one is on, who may have it, and saying so."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from VaultErrors.BackendErrors import errors
from VaultPlatform import audit, tenancy
from VaultPlatform.host.status import PluginStatus
from VaultPlatform.host.switches import EVERYWHERE, switches
from VaultPlatform.host.switching import say

log = logging.getLogger("vault.plugins")


def where_on(name: str, *, on: bool | None = None) -> list[dict[str, Any]]:
    """Each organisation with whether the plugin `name` is on there, and what was said; only those `on`, or off."""
    shown = [in_organisation(name, each) for each in tenancy.list_organisations()]
    return [each for each in shown if on is None or each["on"] is on]


def in_organisation(name: str, organisation: tenancy.Organisation) -> dict[str, Any]:
    """Whether the plugin `name` is on in `organisation`, why not, and what was said of it there."""
    said, reason = switches.said(name, organisation.key), settings.PLUGIN_HOST.why_off(name, organisation)
    return {
        "organisation": organisation.slug,
        "on": reason is None,
        "reason": reason,
        "allowed": said.allowed,
        "switched_on": said.switched_on,
    }


def everywhere(name: str) -> dict[str, bool | None]:
    """What was said of the plugin `name` for organisations of which nothing else was."""
    said = switches.said(name, EVERYWHERE)
    return {"allowed": said.allowed, "switched_on": said.switched_on}


def say_as_operator(
    status: PluginStatus, slug: str | None, words: Mapping[str, bool | None]
) -> dict[str, Any]:
    """Write down `words`, "allowed" and "switched_on", of a plugin in the organisation `slug`, or in all without one.

    Returns the state there. An organisation in which it is on or off by that is told: its own audit chain, and the
    hooks of its plugins; what is said of all tells none, for there may be many. Raises NotFound for an organisation
    that there is not, Conflict for a plugin that is on everywhere.
    """
    if status.level == "site":
        raise errors.bad_request.Conflict(
            f"The plugin '{status.name}' is of level site, on in every organisation. Take it out of"
            " Base.active_plugins, or have its plugin.yaml say level: organisation."
        )
    organisation = None if slug is None else tenancy.find_organisation(slug)
    before = organisation is not None and settings.PLUGIN_HOST.is_on(status.name, organisation)
    for word, value in words.items():
        say(status.name, organisation, word, value=value)
    if organisation is None:
        return {"organisation": None, "on": None, "reason": None, **everywhere(status.name)}
    after = in_organisation(status.name, organisation)
    if after["on"] != before:
        _tell(status.name, organisation, on=after["on"])
    return after


def _tell(name: str, organisation: tenancy.Organisation, *, on: bool) -> None:
    from Plugins.plugin_manager import plugin_manager

    action, hook = (
        ("plugin.enabled", "on_plugin_activated") if on else ("plugin.disabled", "on_plugin_deactivated")
    )
    try:
        with tenancy.use(organisation):
            audit.record(action=action, entity_type="Plugin", entity_id=name)
            getattr(plugin_manager.hook, hook)(name=name)
    except (DatabaseError, tenancy.TenancyError) as error:
        log.error("organisation %s is not told of %s: %s", organisation.slug, action, error)
