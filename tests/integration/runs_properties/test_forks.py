"""A process that has a database open in another thread makes no child, which would write where nobody reads."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from VaultPlatform.runs import forks
from VaultPlatform.runs.planes import own_connections

pytestmark = pytest.mark.database_independent


@contextmanager
def another_thread(seconds: float) -> Iterator[threading.Event]:
    """A thread that has databases open for so long, or until the block ends; the event is set when it has none."""
    opened, let, closed = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        with own_connections():
            opened.set()
            let.wait(seconds)
        closed.set()

    thread = threading.Thread(target=work)
    thread.start()
    opened.wait()
    try:
        yield closed
    finally:
        let.set()
        thread.join()


def child_exits_with() -> int:
    """Make a child that ends at once; its exit code."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_is_made_once_no_other_thread_has_a_database_open() -> None:
    with another_thread(0.5) as closed:
        assert child_exits_with() == 0
        assert closed.is_set() or closed.wait(0.1)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_one_that_is_made_all_the_same_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks, "PATIENCE", 0.1)
    with another_thread(30) as closed:
        assert child_exits_with() == forks.UNFIT
        assert not closed.is_set()
    assert child_exits_with() == 0


def test_a_thread_may_make_children_of_its_own() -> None:
    began = time.monotonic()
    with own_connections():
        assert child_exits_with() == 0
    assert time.monotonic() - began < forks.PATIENCE
