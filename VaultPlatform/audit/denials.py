"""How many denials of one principal are entered: all that a person brings about, and few of what a program repeats.

Somebody who is denied costs the site a transaction; without a bound, a loop of refused requests would fill the chain
and keep it locked. What is left out is counted, and the next entry of the same principal says how much it was.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

#: Denials of one principal that are entered in one window, by one process.
PER_WINDOW = 20
WINDOW_SECONDS = 60.0
#: Principals that a process remembers; the one not denied for longest is forgotten first.
MAX_REMEMBERED = 4096


@dataclass(kw_only=True, slots=True)
class _Count:
    since: float
    entered: int = 0
    left_out: int = 0


class DenialBound:
    """The counts of one process. Safe to use from several threads."""

    def __init__(self) -> None:
        self._counts: OrderedDict[tuple[str, ...], _Count] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, principal: tuple[str, ...]) -> int | None:
        """How many denials of `principal` were left out before this one, which is to be entered; None if it is not."""
        with self._lock:
            count = self._counted(principal)
            if count.entered >= PER_WINDOW:
                count.left_out += 1
                return None
            count.entered += 1
            left_out, count.left_out = count.left_out, 0
            return left_out

    def _counted(self, principal: tuple[str, ...]) -> _Count:
        now = time.monotonic()
        count = self._counts.setdefault(principal, _Count(since=now))
        self._counts.move_to_end(principal)
        if now - count.since >= WINDOW_SECONDS:
            count.since, count.entered = now, 0
        while len(self._counts) > MAX_REMEMBERED:
            self._counts.popitem(last=False)
        return count
