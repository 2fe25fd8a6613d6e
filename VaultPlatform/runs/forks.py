"""No child is made of this process while another thread of ours has a database open.

SQLite keeps in memory what a process has open and which locks it holds. A child inherits that, but not the locks: it
would go on in files that are gone by then, and nobody else would see what it writes. A worker makes children of the
process that the sweep runs in, whenever one of them has died.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

#: Seconds for which the making of a child is held up. Then it ends at once, and whoever wants one tries again.
PATIENCE = 5.0
#: With which it ends.
UNFIT = 70


class _Open:
    """Which threads have a database open."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.threads: Counter[int] = Counter()

    def elsewhere(self) -> bool:
        """Whether a thread other than this one has."""
        return any(thread != threading.get_ident() for thread in self.threads)


_open = _Open()


@contextmanager
def no_child_meanwhile() -> Iterator[None]:
    """For a thread that may have databases open in the block, and has none behind it."""
    thread = threading.get_ident()
    with _open.changed:
        _open.threads[thread] += 1
    try:
        yield
    finally:
        with _open.changed:
            _open.threads[thread] -= 1
            _open.threads = +_open.threads
            _open.changed.notify_all()


def _before() -> None:
    _open.changed.acquire()  # until the child is made, nobody opens any
    _open.changed.wait_for(lambda: not _open.elsewhere(), timeout=PATIENCE)


def _in_parent() -> None:
    _open.changed.release()


def _in_child() -> None:
    if _open.elsewhere():
        os._exit(UNFIT)
    _open.changed = threading.Condition()  # the parent's lock is of no use here


os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
