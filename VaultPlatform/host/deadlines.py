"""Who hangs: a thread of its own looks at the calls of hook implementations that are going on.

Code that runs in a thread cannot be stopped, so a time limit is a deadline: what is beyond it is told once, with where
it is, and the implementation gets no further call until it has come back. What it asks of the organisation's database
can be stopped, and is. What stays away for much longer counts as lost, and its thread with it: only the end of the
process frees that.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType
from typing import Any
from weakref import WeakValueDictionary, ref

from django.db import connections

from VaultPlatform.host.places import Places
from VaultPlatform.host.tallies import Tally
from VaultPlatform.tenancy.context import Entered


class Overdue(TimeoutError):
    """A call of a hook implementation took too long."""


#: A call that has been overdue for so many times its time is lost.
LOST_AFTER = 3

#: One call that is going on: when it began, of which implementation, for whom, and the call inside of which it is.
Call = tuple[float, Tally, Entered | None, "Call | None"]


class Calls:
    """Those of one thread, which begin and end inside of one another; gone when the thread is."""

    __slots__ = ("__weakref__", "connection", "innermost")

    def __init__(self, connection: Any) -> None:
        """`connection`: the thread's own to the current organisation's database."""
        self.connection = connection
        self.innermost: Call | None = None

    def __iter__(self) -> Iterator[Call]:
        """As they are now, the outermost last."""
        call = self.innermost
        while call is not None:
            yield call
            call = call[3]


class Deadlines:
    """The calls of all threads.

    Parameters: `told`, called of each that is overdue, with where it is; `changed`, called when others hang than
    before; `lost`, called of each that will not come back any more; `looked`, called after each look.
    """

    def __init__(
        self,
        *,
        seconds: float,
        told: Callable[[Call, str], None],
        changed: Callable[[], None],
        lost: Callable[[Call], None] = lambda _call: None,
        looked: Callable[[], None] = lambda: None,
    ) -> None:
        self.seconds, self._told, self._changed, self._lost = seconds, told, changed, lost
        self.looked = looked
        #: For how many threads there is room in hook implementations; None: for all.
        self.places: Places | None = None
        #: Plugin and hook of each implementation that hangs.
        self.hanging: frozenset[tuple[str, str]] = frozenset()
        #: Has `calls`, those of this thread: whoever calls is the innermost, and puts the one before back.
        self.of_thread = threading.local()
        self._all: WeakValueDictionary[int, Calls] = WeakValueDictionary()
        #: Each with when it was first seen to be, and whether it is lost.
        self._overdue: dict[int, tuple[Call, float, bool]] = {}
        self._lock, self._looking = threading.Lock(), threading.Lock()
        self._watcher: threading.Thread | None = None
        itself = ref(self)
        os.register_at_fork(after_in_child=lambda: _begin_anew(itself))

    def leave_free(self, *, of_threads: int) -> None:
        """Keep one of the server's so many threads out of hook implementations, whatever hangs."""
        if of_threads > 1:
            self.places = Places(of_threads - 1, youngest=self._youngest)

    def _youngest(self) -> float:
        """When the last of the outermost calls began."""
        return max(
            (calls[-1][0] for calls in self._going_on().values() if calls), default=time.perf_counter()
        )

    def begin(self) -> Calls:
        """The calls of a thread that has made none yet."""
        mine = Calls(connections["default"])
        mine.connection.time_left = partial(self._time_left, ref(mine))
        self.of_thread.calls = self._all[threading.get_ident()] = mine
        self.watch()
        return mine

    def _time_left(self, of_thread: ref[Calls]) -> float | None:
        """The seconds that these calls, one inside the other, have left."""
        calls = list(of_thread() or ())
        return self.seconds - (time.perf_counter() - calls[-1][0]) if calls else None

    def look(self) -> None:
        """Tell of each call that is overdue and was not told of."""
        with self._looking:
            self._look()

    def _look(self) -> None:
        now = time.perf_counter()
        going_on = self._going_on()
        late = {
            id(call): call for calls in going_on.values() for call in calls if call[0] < now - self.seconds
        }
        new, before = late.keys() - self._overdue.keys(), self._overdue
        self._overdue = {number: before.get(number, (call, now, False)) for number, call in late.items()}
        hanging = frozenset((call[1].plugin, call[1].hook) for call in late.values())
        if hanging != self.hanging:
            self.hanging = hanging
            self._changed()
        threads = frames_of_threads() if new else {}
        for ident, calls in going_on.items():
            for call in calls:
                if id(call) in new:
                    call[1].overdue += 1
                    self._told(call, "".join(traceback.format_stack(threads.get(ident))))
        self._tell_lost(now)

    def _tell_lost(self, now: float) -> None:
        """Tell of each once. Seen to be overdue: of a process that was stopped for a while, nothing is lost."""
        for number, (call, seen, is_lost) in self._overdue.items():
            if not is_lost and now - seen >= LOST_AFTER * self.seconds:
                self._overdue[number] = (call, seen, True)
                self._lost(call)

    def _going_on(self) -> dict[int, list[Call]]:
        """The calls of each thread, by its number, as they are now."""
        return {ident: list(calls) for ident, calls in list(self._all.items())}

    def watch(self) -> None:
        """See to it that somebody looks."""
        with self._lock:
            if self._watcher is None:
                self._watcher = threading.Thread(
                    target=_go_round, args=(ref(self),), name="vault-deadlines", daemon=True
                )
                self._watcher.start()

    def begin_anew(self) -> None:
        """A forked process has none of the other's threads."""
        self._lock, self._looking, self._watcher = threading.Lock(), threading.Lock(), None
        self._all = WeakValueDictionary()
        self._overdue, self.hanging = {}, frozenset()
        if self.places is not None:
            self.places.begin_anew()
        vars(self.of_thread).clear()


def frames_of_threads() -> dict[int, FrameType]:
    """Where each thread is, by its number.

    A garbage collection on the way could leave the process hanging for ever, on Python before 3.11.9 and 3.12.3:
    python/cpython#106883.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        return sys._current_frames()  # noqa: SLF001  # the only way there is
    finally:
        if enabled:
            gc.enable()


def _go_round(watched: ref[Deadlines]) -> None:
    """Look again and again, as long as anybody needs it."""
    while (deadlines := watched()) is not None:
        deadlines.look()
        deadlines.looked()
        connections.close_all()  # whoever was told may have used some
        pause = max(0.05, min(1.0, deadlines.seconds / 4))
        del deadlines
        time.sleep(pause)


def _begin_anew(forked: ref[Deadlines]) -> None:
    if (deadlines := forked()) is not None:
        deadlines.begin_anew()
