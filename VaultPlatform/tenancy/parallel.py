"""Doing the same for many organisations, several at a time."""

import queue
import threading
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from django.db import connections

T = TypeVar("T")


def for_each(items: Iterable[T], work: Callable[[T], None], *, jobs: int) -> None:
    """Call `work` with each item, in `jobs` threads whose connections end with them; with one job, in this thread.

    `work` contains its own errors; the first that it raises all the same is raised here, and no further item is begun.
    """
    items = list(items)
    if min(jobs, len(items)) <= 1:
        for item in items:
            work(item)
        return
    crew = _Crew(items, work)
    threads = [threading.Thread(target=crew.work_until_done) for _ in range(min(jobs, len(items)))]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        crew.stop.set()  # after Ctrl-C: what was begun is ended, and no more
    if crew.failures:
        raise crew.failures[0]


class _Crew(Generic[T]):
    """What the threads share."""

    def __init__(self, items: list[T], work: Callable[[T], None]) -> None:
        self.stop = threading.Event()
        self.failures: list[BaseException] = []
        self._work = work
        self._waiting: queue.SimpleQueue[T] = queue.SimpleQueue()
        for item in items:
            self._waiting.put(item)

    def work_until_done(self) -> None:
        try:
            while not self.stop.is_set() and (item := self._next()) is not None:
                self._work(item)
        except BaseException as error:  # noqa: BLE001  # raised in the thread that waits
            self.failures.append(error)
            self.stop.set()
        finally:
            connections.close_all()

    def _next(self) -> T | None:
        try:
            return self._waiting.get_nowait()
        except queue.Empty:
            return None
