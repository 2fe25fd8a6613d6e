"""How many of a process's threads may be in hook implementations at one time, so that one is left that answers."""

from collections.abc import Callable
from time import perf_counter, sleep

#: Seconds between two looks whether a place is free. At most one thread of a server waits, so nobody is passed over.
_LOOK = 0.005


class Places:
    """So many there are. A thread takes one for its outermost call, and gives it back.

    Parameters: `youngest`, which says when (by `perf_counter`) the last call began of those that are going on.
    """

    def __init__(self, number: int, *, youngest: Callable[[], float]) -> None:
        self.number, self._youngest = number, youngest
        self._free = [None] * number

    def take(self, seconds: float) -> bool:
        """Take a place; if there is none, wait until each call that has one has lasted for so many seconds."""
        try:
            self._free.pop()
        except IndexError:
            return self._waited(seconds)
        return True

    def give_back(self) -> None:
        """The call is over."""
        self._free.append(None)

    def begin_anew(self) -> None:
        """All are free: a forked process has none of the other's threads."""
        self._free = [None] * self.number

    def _waited(self, seconds: float) -> bool:
        until = self._youngest() + seconds
        while perf_counter() < until:
            sleep(_LOOK)
            try:
                self._free.pop()
            except IndexError:
                continue
            return True
        return False
