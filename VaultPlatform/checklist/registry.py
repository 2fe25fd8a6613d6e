"""The rules: each an id, a sentence, its remedy, and one function that finds where it is broken."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from VaultPlatform.checklist.findings import Spot
from VaultPlatform.checklist.subject import Kind, Subject

Check = Callable[[Subject], Iterable[Spot]]
PLUGINS = frozenset({Kind.PLUGIN})
EVERYBODY = frozenset({Kind.PLUGIN, Kind.CORE})


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One line of the checklist."""

    id: str
    #: What has to be so.
    says: str
    #: What to do where it is not.
    remedy: str
    #: What it is looked for in.
    scope: frozenset[Kind]
    check: Check


#: By id, in the order of the checklist.
RULES: dict[str, Rule] = {}


def rule(
    id: str,  # noqa: A002  # that is what it is
    *,
    says: str,
    remedy: str,
    scope: frozenset[Kind] = PLUGINS,
) -> Callable[[Check], Check]:
    """Enter the decorated check into `RULES`. Raises ValueError for an id that is taken."""

    def enter(check: Check) -> Check:
        if id in RULES:
            raise ValueError(f"there are two rules {id}")
        RULES[id] = Rule(id=id, says=says, remedy=remedy, scope=scope, check=check)
        return check

    return enter
