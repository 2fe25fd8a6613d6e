"""Saying that a plugin may be on, or is on, in an organisation or in all, and that a hook implementation is off.

It is entered into the site's audit chain.
"""

from __future__ import annotations

from contextlib import nullcontext
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
    row = plugin_switch_service.get(plugin=plugin, hook="", organisation=_key(organisation))
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
        _write(plugin, "", organisation, **{word: value})
    return True


def switch_hook_off(plugin: str, hook: str, organisation: Organisation, *, reason: str) -> bool:
    """Have an implementation get no call in `organisation` until that is lifted; the site itself is who acts.

    Returns whether that is new.
    """
    return _switch_hook(plugin, hook, organisation, on=False, reason=reason)


def lift(plugin: str, hook: str, organisation: Organisation) -> bool:
    """Have an implementation be called again in `organisation`. Returns whether it was switched off there."""
    return _switch_hook(plugin, hook, organisation, on=None, reason="")


def forget_plugin(plugin: str, *, entirely: bool) -> None:
    """Forget which of a plugin's hook implementations are switched off and, if `entirely`, where it is on.

    For one that goes: what comes under its name again is not to be blamed for it.
    """
    rows = plugin_switch_service.filter(plugin=plugin)
    found = rows if entirely else rows.exclude(hook="")
    plugin_switch_service.bulk_delete(list(found.values_list("id", flat=True)))
    switches.forget()


def _switch_hook(plugin: str, hook: str, organisation: Organisation, *, on: bool | None, reason: str) -> bool:
    row = plugin_switch_service.get(plugin=plugin, hook=hook, organisation=_key(organisation))
    if (row.switched_on if row else None) is on:
        return False
    by = audit.use_actor("system", name="system") if on is False else nullcontext()
    with by, transaction.atomic(using="control"):
        action = "hook.switched_off" if on is False else "hook.lifted"
        detail = {"organisation": organisation.slug, "hook": hook, **({"reason": reason} if reason else {})}
        audit.record_site(action=action, entity_type="Plugin", entity_id=plugin, detail=detail)
        _write(plugin, hook, organisation, switched_on=on, reason=reason)
    return True


def _write(plugin: str, hook: str, organisation: Organisation | None, **changes: Any) -> None:
    """Change the row, or make it, behind its entry in the chain."""
    changes["seq"] = site_audit_head_service.filter()[:1].get().seq
    which = {"plugin": plugin, "hook": hook, "organisation": _key(organisation)}
    row = plugin_switch_service.get(**which)
    if row is None:
        plugin_switch_service.create(**which, **changes)
    else:
        plugin_switch_service.update(row, **changes)
    transaction.on_commit(switches.forget, using="control")


def _enter(plugin: str, organisation: Organisation | None, word: str, *, value: bool | None) -> None:
    action = "plugin.nothing_said" if value is None else _ACTIONS[word, value]
    where = "everywhere" if organisation is None else organisation.slug
    detail = {"organisation": where, **({"of": word} if value is None else {})}
    audit.record_site(action=action, entity_type="Plugin", entity_id=plugin, detail=detail)


def _key(organisation: Organisation | None) -> str:
    return EVERYWHERE if organisation is None else organisation.key
