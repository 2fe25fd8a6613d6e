"""The face: switch plugins on or off on this machine, as the command line and the supervisor's children do."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack

from VaultPlatform import audit
from VaultPlatform.activation.children import ChildFailed
from VaultPlatform.activation.errors import ActivationError, Refused
from VaultPlatform.activation.journal import Entry, Journal, new_id
from VaultPlatform.activation.locking import held_among_hosts, held_on_this_machine
from VaultPlatform.activation.outlook import plugins_on
from VaultPlatform.activation.plan import Action, Plan, plan_apply, plan_disable, plan_enable
from VaultPlatform.activation.recovery import recover
from VaultPlatform.activation.reloading import running_now
from VaultPlatform.activation.shelf import Shelf, read_shelf
from VaultPlatform.activation.trail import entered
from VaultPlatform.activation.transaction import Activation, Place

#: Verb of the audit trail.
_DONE = {
    "update": "plugin.updated",
    "enable": "plugin.enabled",
    "disable": "plugin.disabled",
    "apply": "plugin.list_applied",
}


def switch(
    action: Action,
    names: Sequence[str],
    *,
    place: Place,
    along: bool = False,
    activation: str | None = None,
    actor: Callable[[], AbstractContextManager[audit.Actor]] = audit.command_actor,
) -> Entry:
    """Switch plugins, and return what was done.

    Parameters: `along` takes what they need, or what needs them, along; `activation`, the id that it gets; `actor`
    enters who asked, for the audit trail. Raises ActivationError: Refused if nothing was changed, Undone if all of it
    was put back.
    """
    entry = Entry(id=activation or new_id(), action=action, names=list(names), settings=str(place.settings))
    journal = Journal(place.home)
    with actor() as who, ExitStack() as held:
        entry.actor = [who.kind, who.id, who.name]
        try:
            held.enter_context(held_on_this_machine(place.home))
            held.enter_context(held_among_hosts())
            recover(place.home, place.settings, say=place.say)
            plan = _planned(action, names, read_shelf(place.settings, home=place.home), along=along)
        except Refused as error:
            entry.reason, entry.reasons = str(error), error.reasons
            journal.enter(entry, "refused")
            raise
        return carried_out(plan, entry, place=place)


def _planned(action: Action, names: Sequence[str], shelf: Shelf, *, along: bool) -> Plan:
    if action == "enable":
        return plan_enable(names, shelf, with_dependencies=along)
    return plan_disable(names, shelf, with_dependants=along) if action == "disable" else plan_apply(shelf)


def carried_out(plan: Plan, entry: Entry, *, place: Place) -> Entry:
    """Bring a plan about, and enter it into the audit trail. The caller holds the locks; otherwise as `switch`."""
    on_now = running_now(place.home)
    known = _known_on(place) if on_now is None and plan.asks_again else {*(on_now or ())}
    entry.switched_on, entry.switched_off = list(plan.comes_on(known)), list(plan.switched_off)
    if plan.action in ("enable", "disable") and plan.before == plan.after and {*plan.wanted} <= known:
        Journal(place.home).enter(entry, "unchanged")
        return entry
    if plan.action == "apply" and on_now is None:
        on_now = set()
    try:
        Activation(plan, entry, place=place, on_now=on_now).run()
    except ActivationError:
        _record(entry)
        raise
    _record(entry)
    return entry


def _known_on(place: Place) -> set[str]:
    """The plugins that a start would have on; none where that cannot be known."""
    try:
        return plugins_on(place.settings, home=place.home, seconds=place.loading_seconds)
    except ChildFailed:
        return set()


def _record(entry: Entry) -> None:
    detail = {
        "activation": entry.id,
        "switched_on": entry.switched_on,
        "switched_off": entry.switched_off,
        **({"reason": entry.reason[:600]} if entry.reason else {}),
    }
    entry.notes += entered(_DONE[entry.action], ",".join(entry.names), detail=detail, outcome=entry.state)
