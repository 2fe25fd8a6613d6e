"""From what is asked for to the new list of plugins; refuses what would leave a plugin without what it needs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal

from VaultPlatform.activation.errors import Refused
from VaultPlatform.activation.shelf import Shelf

Action = Literal["enable", "disable", "apply", "update"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be switched."""

    action: Action
    #: The list as it was, and as it is to be.
    before: tuple[str, ...]
    after: tuple[str, ...]
    #: What was asked for by name.
    names: tuple[str, ...] = ()
    #: The plugins that have to be on in the end.
    wanted: tuple[str, ...] = field(default=())

    @property
    def switched_on(self) -> tuple[str, ...]:
        """New in the list."""
        return tuple(name for name in self.after if name not in self.before)

    @property
    def asks_again(self) -> bool:
        """Whether something is to be switched on that is in the list already."""
        return self.action == "enable" and not {*self.names}.isdisjoint(self.before)

    def comes_on(self, on_now: Collection[str]) -> tuple[str, ...]:
        """What is new in the list, and what was asked for that is in it already and is not on: it had failed."""
        failed = {name for name in self.names if name in self.before and name not in on_now}
        return tuple(name for name in self.after if name in failed or name not in self.before)

    @property
    def switched_off(self) -> tuple[str, ...]:
        """No more in the list."""
        return tuple(name for name in self.before if name not in self.after)


def plan_enable(names: Sequence[str], shelf: Shelf, *, with_dependencies: bool = False) -> Plan:
    """Add `names` at the end of the list, behind what they need.

    Raises Refused for a name that is not there, and for what is needed and off unless `with_dependencies`.
    """
    shelf.require(names)
    missing = [name for name in shelf.needed_by(names) if name not in shelf.active]
    absent = [name for name in missing if name not in shelf.folders]
    if absent:
        who = _who_needs(absent[0], names, shelf)
        raise Refused(f"{who} needs the plugin {absent[0]}, which is not there; install it first.")
    if missing and not with_dependencies:
        raise Refused(
            f"{', '.join(names)} cannot do without {', '.join(missing)}, which {_is_are(missing)} off. Switch"
            f" {_it_them(missing)} on first, or along with it: --with-dependencies."
        )
    new = [name for name in dict.fromkeys((*missing, *names)) if name not in shelf.active]
    return Plan(
        action="enable",
        before=shelf.active,
        after=(*shelf.active, *new),
        names=tuple(names),
        wanted=tuple(dict.fromkeys((*missing, *names))),
    )


def plan_disable(names: Sequence[str], shelf: Shelf, *, with_dependants: bool = False) -> Plan:
    """Take `names` out of the list.

    Raises Refused for a name that is neither there nor in the list, and for plugins that need it unless
    `with_dependants`.
    """
    shelf.require([name for name in names if name not in shelf.active])
    dependants = shelf.dependants_of(names)
    if dependants and not with_dependants:
        raise Refused(
            f"{', '.join(dependants)} {'needs' if len(dependants) == 1 else 'need'} {', '.join(names)}. Switch"
            f" {_it_them(dependants)} off first, or along with it: --with-dependants."
        )
    gone = {*names, *dependants}
    after = tuple(name for name in shelf.active if name not in gone)
    return Plan(action="disable", before=shelf.active, after=after, names=tuple(names))


def plan_apply(shelf: Shelf) -> Plan:
    """The list as it stands in the file."""
    return Plan(action="apply", before=shelf.active, after=shelf.active, wanted=shelf.active)


def plan_update(name: str, shelf: Shelf) -> Plan:
    """The list as it is, in which `name` has to be on with another version."""
    return Plan(action="update", before=shelf.active, after=shelf.active, names=(name,), wanted=(name,))


def _who_needs(needed: str, names: Sequence[str], shelf: Shelf) -> str:
    chain = (*names, *shelf.needed_by(names))
    return next((name for name in chain if needed in shelf.needs.get(name, ())), ", ".join(names))


def _is_are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _it_them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"
