"""What the sweep has begun: each piece of work once at a time, in threads of its own.

A piece may take long, such as a rollback that calls a server which says nothing. It is waited for a while, then it goes
on beside the sweep. So many of one organisation's may be at work that it keeps no other one waiting.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Any, Self
from uuid import UUID

log = logging.getLogger("vault.runs")
#: Pieces of one kind and organisation that are at work at the same time.
OF_ONE = 4
#: Pieces of all. While so many hang, in several organisations, nothing else is begun.
OF_ALL = 32
#: Seconds that a round of the sweep spends on waiting for what does not end, wherever it is.
PATIENCE = 1.0

#: Kind, organisation, and what it is about.
Key = tuple[str, str, UUID | None]


class Works:
    """All that one sweep has begun. It is used by one thread."""

    def __init__(self, *, patience: float | None) -> None:
        """`patience`: seconds in which a round has to have waited, None for until all is done."""
        self._patience = patience
        #: What is left of it in this round.
        self.patience = patience
        #: Dead processes of which something is left that cannot be begun now: until when to leave it alone.
        self.rests: dict[UUID, float] = {}
        #: By organisation, runs that were hinted at and may be waiting still.
        self.hinted: defaultdict[str, set[UUID]] = defaultdict(set)
        self._pool = ThreadPoolExecutor(OF_ALL, thread_name_prefix="vault-recovery")
        self._at_work: dict[Key, Future[object]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()

    def next_round(self) -> None:
        """Be as patient again as in the beginning."""
        self.patience = self._patience

    def at_work(self, kind: str = "", organisation: str = "") -> dict[Key, Future[object]]:
        """What is at work; if they are given, of one kind in one organisation."""
        self._at_work = {key: work for key, work in self._at_work.items() if not work.done()}
        return {
            key: work for key, work in self._at_work.items() if not kind or key[:2] == (kind, organisation)
        }

    def begin(self, key: Key, work: Callable[..., object], *args: Any) -> Future[object]:
        """Begin a piece of work."""
        self._at_work[key] = self._pool.submit(_logged, work, *args)
        return self._at_work[key]


class Visit:
    """What is begun in one organisation until others have their turn."""

    def __init__(self, works: Works, organisation: str) -> None:
        self._works, self._organisation = works, organisation
        self._until = None if works.patience is None else time.monotonic() + works.patience
        self._begun: list[Future[object]] = []
        #: Whether there was anything.
        self.found = False
        #: Whether something is still at work, has failed, or could not be begun.
        self.left = False

    def begin(
        self, kind: str, what: UUID | None, work: Callable[..., object], *args: Any
    ) -> Future[object] | None:
        """Begin a piece of work, unless it is at work already, or there is no room for it in time."""
        key = (kind, self._organisation, what)
        if key in self._works.at_work() or not self._has_room(kind):
            self.left = True
            return None
        self._begun.append(self._works.begin(key, work, *args))
        return self._begun[-1]

    def wait(self) -> None:
        """Wait for what was begun."""
        done, late = self._waited_for(self._begun, return_when=ALL_COMPLETED)
        self.left |= bool(late) or any(each.exception() for each in done)

    @property
    def hinted(self) -> set[UUID]:
        """Runs here that were hinted at and may be waiting still."""
        return self._works.hinted[self._organisation]

    @staticmethod
    def was_needless(work: Future[object]) -> bool:
        """Whether it has ended, and there was nothing to do."""
        return work.done() and not work.exception() and not work.result()

    def is_over(self) -> bool:
        """Whether others have their turn."""
        return self._until is not None and time.monotonic() >= self._until

    def _has_room(self, kind: str) -> bool:
        while True:
            mine, all_of_them = self._works.at_work(kind, self._organisation), self._works.at_work()
            if len(mine) < OF_ONE and len(all_of_them) < OF_ALL:
                return True
            if self.is_over():
                return False
            crowd = mine if len(mine) >= OF_ONE else all_of_them
            self._waited_for(crowd.values(), return_when=FIRST_COMPLETED)

    def _waited_for(self, works: Iterable[Future[object]], *, return_when: str) -> Any:
        """What is done, and what is not; a visit that has used up its time leaves no patience for the next ones."""
        seconds = None if self._until is None else max(self._until - time.monotonic(), 0)
        waited = wait(works, timeout=seconds, return_when=return_when)
        if self.is_over():
            self._works.patience = 0
        return waited


def _logged(work: Callable[..., object], *args: Any) -> object:
    try:
        return work(*args)
    except Exception as error:
        log.warning("what the sweep had begun has failed, and is tried again: %s", error)
        raise
