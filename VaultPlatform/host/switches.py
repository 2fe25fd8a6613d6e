"""What was said of plugins, in all organisations and in each: remembered by the process, so that asking costs nothing.

Every so often, and not once a request, one query reads what has changed since the last. So a process learns of what
another one has changed within `tenancy.directory.TTL_SECONDS`, however many organisations there are.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db import DatabaseError, connections

from VaultPlatform.tenancy import directory

log = logging.getLogger("vault.plugins")
#: In place of an organisation's key: all organisations.
EVERYWHERE: Final = ""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was said of a plugin in an organisation, or in all. None: nothing."""

    #: By the operator: whether it may be on.
    allowed: bool | None = None
    #: By whoever may switch it: whether it is on.
    switched_on: bool | None = None


_NOTHING: Final = Said()
#: Why a plugin is off that the organisation has switched off itself: no failure.
DISABLED_HERE = "it is disabled here"


class Switches:
    """This process's memory of the table."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], Said] = {}
        #: Plugin, hook and organisation of each implementation that is switched off.
        self._hooks_off: set[tuple[str, str, str]] = set()
        self._seq = 0
        #: Another one whenever something may have changed.
        self.version = 0
        #: Called when this process has changed something.
        self.watchers: list[Callable[[], None]] = []
        self._read_at = float("-inf")
        self._reading = threading.Lock()

    def said(self, plugin: str, organisation: str) -> Said:
        """What was said of `plugin` in the organisation of that key, or EVERYWHERE."""
        self._keep_fresh()
        return self._said.get((plugin, organisation), _NOTHING)

    def allowed(self, plugin: str, organisation: str) -> bool:
        """Whether `plugin` may be on in the organisation of that key by the operator's word."""
        here = self.said(plugin, organisation).allowed
        return (self.said(plugin, EVERYWHERE).allowed if here is None else here) is not False

    def why_off(self, plugin: str, organisation: str) -> str | None:
        """Why `plugin` is off in the organisation of that key by what was said; None if it is on."""
        if not self.allowed(plugin, organisation):
            return "the site's operator does not allow it here"
        here, everywhere = self.said(plugin, organisation), self.said(plugin, EVERYWHERE)
        if here.switched_on is False:
            return DISABLED_HERE
        if here.switched_on is None and everywhere.switched_on is False:
            return "it is off until it is enabled here"
        return None

    def hook_is_off(self, plugin: str, hook: str, organisation: str) -> bool:
        """Whether that implementation is switched off in the organisation of that key."""
        self._keep_fresh()
        return (plugin, hook, organisation) in self._hooks_off

    def forget(self) -> None:
        """Have the next question read what has changed; called by whoever has changed something."""
        self._read_at = float("-inf")
        self.version += 1
        for watcher in self.watchers:
            watcher()

    def keep_fresh(self) -> float:
        """Read what has changed, if it is time to; returns for how many seconds that is good."""
        self._keep_fresh()
        return max(0.0, self._read_at + directory.TTL_SECONDS - time.monotonic())

    def _keep_fresh(self) -> None:
        if time.monotonic() < self._read_at + directory.TTL_SECONDS:
            return
        never_read = self._seq == 0 and not self._said
        # What this transaction has written itself may still be rolled back.
        if not never_read and connections["control"].in_atomic_block:
            return
        if self._reading.acquire(blocking=never_read):  # meanwhile the others go by what is known
            try:
                self._read()
            except DatabaseError as error:
                if never_read:
                    raise
                log.warning("what was said of plugins cannot be read; what is known holds: %s", error)
                self._read_at = time.monotonic()
            finally:
                self._reading.release()

    def _read(self) -> None:
        from VaultPlatform.host.service import plugin_switch_service

        began, seq = time.monotonic(), self._seq
        for row in plugin_switch_service.filter(seq__gt=self._seq).order_by("seq"):
            if row.hook:
                (self._hooks_off.add if row.switched_on is False else self._hooks_off.discard)(
                    (row.plugin, row.hook, row.organisation)
                )
            else:
                said = Said(allowed=row.allowed, switched_on=row.switched_on)
                self._said[row.plugin, row.organisation] = said
            self._seq = row.seq
        self._read_at = began
        self.version += seq != self._seq


switches = Switches()
