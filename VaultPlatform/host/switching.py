"""Saying that a plugin may be on, or is on, in an organisation or in all; entered into the site's audit chain."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from VaultPlatform import audit
from VaultPlatform.audit.service import site_audit_head_service
from VaultPlatform.host.service import plugin_switch_service
from VaultPlatform.host.switches import EVERYWHERE, Said, switches
from VaultPlatform.tenancy import Organisation

#: What the audit trail calls each word.
_ACTIONS = {
    ("allowed", True): "plugin.allowed",
    ("allowed", False): "plugin.forbidden",
    ("switched_on", True): "plugin.enabled",
    ("switched_on", False): "plugin.disabled",
}


def said_of(plugin: str, organisation: Organisation | None) -> Said:
    """What the table says now; for all organisations without one."""
    row = plugin_switch_service.get(plugin=plugin, organisation=_key(organisation))
    return Said() if row is None else Said(allowed=row.allowed, switched_on=row.switched_on)


def say(plugin: str, organisation: Organisation | None, word: str, *, value: bool | None) -> bool:
    """Write down a word, "allowed" or "switched_on", of a plugin; None takes it back. Returns whether that is new.

    It holds in `organisation`; without one, wherever nothing else was said. This process goes by it at once, others
    after a moment.
    """
    if getattr(said_of(plugin, organisation), word) is value:
        return False
    with transaction.atomic(using="control"):
        _enter(plugin, organisation, word, value=value)  # locks the end of the chain until the commit
        changes: dict[str, Any] = {word: value, "seq": site_audit_head_service.filter()[:1].get().seq}
        row = plugin_switch_service.get(plugin=plugin, organisation=_key(organisation))
        if row is None:
            plugin_switch_service.create(plugin=plugin, organisation=_key(organisation), **changes)
        else:
            plugin_switch_service.update(row, **changes)
        transaction.on_commit(switches.forget, using="control")
    return True


def _enter(plugin: str, organisation: Organisation | None, word: str, *, value: bool | None) -> None:
    action = "plugin.nothing_said" if value is None else _ACTIONS[word, value]
    where = "everywhere" if organisation is None else organisation.slug
    detail = {"organisation": where, **({"of": word} if value is None else {})}
    audit.record_site(action=action, entity_type="Plugin", entity_id=plugin, detail=detail)


def _key(organisation: Organisation | None) -> str:
    return EVERYWHERE if organisation is None else organisation.key
