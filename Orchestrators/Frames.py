"""Who may touch which context key: what functions declare, and the stack of those that are running.

A frame is one running call of a function decorated with `context_manager`. A run has its own stack, so
runs in different threads never see each other's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from Orchestrators.Errors import UndeclaredContextKey

COMMON = "common"
ELSE = "else"

Buckets = Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The context keys that one call declares, by bucket."""

    #: dotted name of the function
    function: str
    gets: Buckets
    sets: Buckets
    #: whether they must be within what the caller, or the staging method, declares
    synced: bool

    def require_within(self, parent: Keys, *, what: str) -> None:
        """Raise UndeclaredContextKey for a key, of any bucket, that `parent` does not declare in any bucket.

        A write must be among the parent's writes; a read may also be of what the parent writes, since what a
        step leaves is there for its rollback and for later steps. `what` names this call in the message.
        """
        if not self.synced:
            return
        writable = _union(parent.sets)
        self._refuse(_union(self.sets) - writable, parent, what=what, verb="writes", where="set_contexts")
        readable = writable | _union(parent.gets)
        self._refuse(_union(self.gets) - readable, parent, what=what, verb="reads", where="get_contexts")

    @staticmethod
    def _refuse(strangers: frozenset[str], parent: Keys, *, what: str, verb: str, where: str) -> None:
        if strangers:
            raise UndeclaredContextKey(
                f"{what} {verb} {_listed(strangers)}, which {parent.function} does not declare. "
                f"Add it to {where} in the @context_manager of {parent.function}, or pass "
                "sync_with_parent_context=False where it is used on purpose beside its parent's context."
            )


class FrameStack:
    """The decorated functions of one run that are running, innermost last."""

    def __init__(self) -> None:
        """An empty stack."""
        self._stack: list[Keys] = []

    @property
    def top(self) -> Keys | None:
        """The innermost running call; None outside of any."""
        return self._stack[-1] if self._stack else None

    def enter(self, keys: Keys) -> None:
        """A call begins; `leave` at its end. Raises UndeclaredContextKey if it declares more than the one around it."""
        if self._stack:
            keys.require_within(self._stack[-1], what=keys.function)
        self._stack.append(keys)

    def leave(self) -> None:
        """The innermost call has ended."""
        self._stack.pop()

    def set_aside(self) -> list[Keys]:
        """Begin with none, as a step does, which stands on its own, whatever called execute(); give it to `restore`."""
        outer, self._stack = self._stack, []
        return outer

    def restore(self, outer: list[Keys]) -> None:
        """Go on with what was set aside."""
        self._stack = outer

    def check_read(self, key: str, values: Mapping[str, Any], *, asking: Callable[[], str]) -> None:
        """Raise UndeclaredContextKey unless `key` may be read now: what may be written may also be read."""
        if (keys := self.top) is None:
            raise UndeclaredContextKey(
                f"{asking()} reads context key {key!r} without having declared it. Declare it with "
                f'@context_manager(get_contexts={{"common": [{key!r}]}}), or pass check_validation=False.'
            )
        if key not in _active(keys.gets, values) | _active(keys.sets, values):
            raise UndeclaredContextKey(_undeclared(keys, key, keys.gets, verb="reads", where="get_contexts"))

    def check_write(self, key: str, values: Mapping[str, Any], *, step: str | None) -> None:
        """Raise UndeclaredContextKey unless `key` may be written now.

        `step`: name of the step or rollback that is running; None while the run is being staged, where code
        outside of any decorated function may write everything.
        """
        if (keys := self.top) is not None:
            if key not in _active(keys.sets, values):
                raise UndeclaredContextKey(
                    _undeclared(keys, key, keys.sets, verb="writes", where="set_contexts")
                )
        elif step is not None:
            raise UndeclaredContextKey(
                f"{step} writes context key {key!r} without having declared it. Declare it with "
                f'@context_manager(set_contexts={{"common": [{key!r}]}}).'
            )


def _active(buckets: Buckets, values: Mapping[str, Any]) -> frozenset[str]:
    """The keys that count with these context values."""
    conditional = [name for name in buckets if name not in (COMMON, ELSE) and values.get(name)]
    chosen = conditional or [ELSE]
    return buckets.get(COMMON, frozenset()).union(*(buckets.get(name, frozenset()) for name in chosen))


def _union(buckets: Buckets) -> frozenset[str]:
    return frozenset().union(*buckets.values())


def _undeclared(keys: Keys, key: str, buckets: Buckets, *, verb: str, where: str) -> str:
    inactive = [name for name, members in buckets.items() if key in members]
    if inactive:
        return (
            f"{keys.function} {verb} context key {key!r}, which its {where} allow only in bucket "
            f"{_listed(frozenset(inactive))}; that bucket is not active with the present context values."
        )
    return f"{keys.function} {verb} context key {key!r} without having declared it. Add it to its {where}."


def _listed(names: frozenset[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))
