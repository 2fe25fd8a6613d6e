"""What the host does about hook implementations that fail or hang: count, tell, and in time switch them off.

An implementation that fails often in a row is switched off in the organisation where it does, in all processes, until
an operator lifts it; so is one of which a call does not come back at all, since that costs a thread, and in the end
the process. A check (before_*) is not, ever: it would open what it guards.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING
from weakref import ref

from django.db import Error

from VaultPlatform.host.deadlines import LOST_AFTER, Call, Deadlines, Overdue
from VaultPlatform.host.hook_guards import Off
from VaultPlatform.host.sharing import Sharing
from VaultPlatform.host.switches import switches
from VaultPlatform.host.tallies import Tally
from VaultPlatform.serving.generations import report_hanging
from VaultPlatform.tenancy import directory
from VaultPlatform.tenancy.context import Entered, Organisation, current_or_none

if TYPE_CHECKING:
    from VaultPlatform.host.host import PluginHost

#: Organisations whose state is remembered.
_MOST = 4096
_NOTHING: tuple[Entered | None, float, Off] = (None, float("-inf"), frozenset())
#: What is never switched off by itself: checks, and what is asked once, at start.
_NEVER = ("before_", "collect_")


class Containing:
    """The gate of all implementations of this process."""

    def __init__(self, *, host: PluginHost) -> None:
        self.host = host
        self.tallies: dict[tuple[str, str], Tally] = {}
        self.sharing = Sharing(self.hook_stats)
        self.deadlines = Deadlines(
            seconds=host.hook_timeout_seconds,
            told=self._overdue,
            changed=self.forget,
            lost=self._lost,
            looked=self._count,
        )
        self._off: dict[str, frozenset[tuple[str, str]]] = {}
        self._version = -1
        self.last = _NOTHING
        switches.watchers.append(self.forget)
        itself = ref(self)
        os.register_at_fork(after_in_child=lambda: _begin_anew(itself))

    def tally(self, plugin: str, hook: str) -> Tally:
        """That of one implementation."""
        return self.tallies.setdefault((plugin, hook), Tally(plugin=plugin, hook=hook))

    def is_on(self, name: str) -> bool:
        """Whether the plugin `name` is on in the current organisation; outside of any, on the site."""
        return self.host.is_on(name, current_or_none())

    def off_in(self, entered: Entered | None) -> Off:
        """See `Gate`. It is worked out once for an organisation, and anew when something may have changed."""
        began, here = perf_counter(), entered.organisation if entered else None
        # Of the site nothing is said; what hangs is looked at anew in any case, should it have changed just now.
        seconds = switches.keep_fresh() if here else directory.TTL_SECONDS
        if self._version != switches.version:
            self._version, self._off = switches.version, {}
        key = here.key if here else ""
        if (off := self._off.get(key)) is None:
            off = self._worked_out(here)
            if len(self._off) < _MOST:
                self._off[key] = off
        off |= self.deadlines.hanging
        self.last = (entered, began + seconds, off)
        return off

    def forget(self) -> None:
        """Work out anew what is off: a plugin has failed, something was switched, or hangs."""
        self._off, self.last = {}, _NOTHING

    def hook_failed(self, call: Call, error: BaseException) -> None:
        """Count and log an exception that an implementation raised; switch it off if that was one too many."""
        _, tally, entered, _ = call
        in_a_row = tally.failed(error, entered)
        record = self.host.record_of(tally.plugin)
        if record is not None and tally.hook.startswith("collect_") and tally.errors == 1:
            record.notes.append(f"{tally.hook} raised {type(error).__name__}; what it collects is left out")
        self.host.logger.error(
            "plugin %s: %s raised %s: %s",
            tally.plugin,
            tally.hook,
            type(error).__name__,
            error,
            extra={"plugin": tally.plugin, "hook": tally.hook},
            exc_info=error,
        )
        self._see_whether_enough(call, in_a_row)

    def hook_stats(self) -> Iterator[Tally]:
        """Yield each implementation's tally."""
        yield from list(self.tallies.values())

    def _count(self) -> None:
        for tally in self.hook_stats():
            tally.count()
        self.sharing.look()

    def begin_anew(self) -> None:
        """A forked process counts what it does itself."""
        for tally in self.tallies.values():
            tally.begin_anew()
        self.sharing.begin_anew()
        self.forget()

    def _worked_out(self, organisation: Organisation | None) -> Off:
        self.deadlines.watch()  # also where every call is left out
        of_plugins = {name for name, _ in self.tallies if not self.host.is_on(name, organisation)}
        key = organisation.key if organisation else ""
        return frozenset(
            (plugin, hook)
            for plugin, hook in self.tallies
            if plugin in of_plugins or (key and switches.hook_is_off(plugin, hook, key))
        )

    def _see_whether_enough(self, call: Call, in_a_row: int) -> None:
        if in_a_row >= self.host.hook_failures:
            reason = f"it failed {in_a_row} times in a row, last with {call[1].last_error}"
            self._switch_off(call, reason=reason)

    def _switch_off(self, call: Call, *, reason: str) -> None:
        """Switch the implementation off where it was called, if that may be."""
        from VaultPlatform.host.switching import switch_hook_off

        _, tally, entered, _ = call
        organisation = entered.organisation if entered else None
        if organisation is None or tally.hook.startswith(_NEVER):
            return
        try:
            switch_hook_off(tally.plugin, tally.hook, organisation, reason=reason)
            tally.failing.pop(organisation.key, None)  # counted from the beginning once that is lifted
        except Error:
            self.host.logger.exception("plugin %s: %s could not be switched off", tally.plugin, tally.hook)

    def _lost(self, call: Call) -> None:
        """Have the process replaced, which takes longer than to switch off what would hang in the next one, too."""
        seconds = (1 + LOST_AFTER) * self.deadlines.seconds
        where = call[2].organisation if call[2] else None
        told = f"{call[1].hook} of {call[1].plugin} has not come back after {seconds:g} seconds"
        report_hanging(f"{told} in {where.slug}" if where else told)
        self._switch_off(call, reason=f"a call of it has not come back after {seconds:g} seconds")

    def _overdue(self, call: Call, where: str) -> None:
        _, tally, entered, _ = call
        error = Overdue(f"it has not come back after {self.deadlines.seconds:g} seconds")
        in_a_row = tally.failed(error, entered)
        tally.traceback = where
        self.host.logger.error(
            "plugin %s: %s has not come back after %g seconds, and gets no call until it has; it is at:\n%s",
            tally.plugin,
            tally.hook,
            self.deadlines.seconds,
            where,
            extra={"plugin": tally.plugin, "hook": tally.hook},
        )
        self._see_whether_enough(call, in_a_row)


def _begin_anew(forked: ref[Containing]) -> None:
    if (containing := forked()) is not None:
        containing.begin_anew()
