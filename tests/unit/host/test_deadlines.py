"""Hook implementations that hang: told once, with where they are, and left alone until they are back."""

import gc
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.unit.host.specs import Gate, hookimpl, manager, proxy_of
from VaultErrors.BackendErrors import errors
from VaultPlatform.host.deadlines import LOST_AFTER

pytestmark = pytest.mark.database_independent


class Slow:
    """Comes back when it is let go."""

    def __init__(self) -> None:
        self.inside, self.go_on = threading.Event(), threading.Event()

    def wait(self) -> None:
        self.inside.set()
        assert self.go_on.wait(20)

    @hookimpl
    def on_thing(self, one: Any) -> None:
        self.wait()

    @hookimpl
    def before_thing(self, one: Any) -> None:
        self.wait()


def age(gate: Gate, seconds: float) -> None:
    """What is overdue was seen to be so long ago."""
    overdue = gate.deadlines._overdue
    overdue.update({key: (call, seen - seconds, is_lost) for key, (call, seen, is_lost) in overdue.items()})


@contextmanager
def in_a_call_of(hook: str, plugins: Any, slow: Slow) -> Iterator[None]:
    thread = threading.Thread(target=lambda: getattr(plugins.hook, hook)(one=1, **_more(hook)))
    thread.start()
    try:
        assert slow.inside.wait(10)
        yield
    finally:
        slow.go_on.set()
        thread.join(20)
    assert not thread.is_alive()


def _more(hook: str) -> dict[str, Any]:
    return {"two": 2} if hook == "on_thing" else {}


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def gate() -> Gate:
    return Gate(seconds=0.1)


@pytest.fixture
def plugins(slow: Slow, gate: Gate) -> Any:
    made = manager()
    made.register(proxy_of(slow, to=made, gate=gate, name="slow"), name="slow")
    return made


def test_a_call_that_hangs_is_told_once_with_where_it_is(plugins: Any, gate: Gate, slow: Slow) -> None:
    gate.deadlines.seconds = 0.0
    with in_a_call_of("on_thing", plugins, slow):
        gate.deadlines.look()
        gate.deadlines.look()
        [(hook, where)] = gate.overdue
    assert hook == "on_thing"
    assert "in wait" in where


def test_meanwhile_it_gets_no_further_call_and_then_it_does(plugins: Any, gate: Gate, slow: Slow) -> None:
    gate.deadlines.seconds = 0.0
    with in_a_call_of("on_thing", plugins, slow):
        gate.deadlines.look()
        plugins.hook.on_thing(one=1, two=2)  # would wait for twenty seconds, and then fail
        [tally] = [each for each in gate.tallies if each.hook == "on_thing"]
        assert (tally.skipped, tally.overdue) == (1, 1)
    gate.deadlines.look()
    plugins.hook.on_thing(one=1, two=2)
    assert tally.calls == 2


def test_a_check_that_hangs_opens_no_gate(plugins: Any, gate: Gate, slow: Slow) -> None:
    gate.deadlines.seconds = 0.0
    with in_a_call_of("before_thing", plugins, slow):
        gate.deadlines.look()
        with pytest.raises(errors.server.Unavailable):
            plugins.hook.before_thing(one=1)


def test_a_call_within_its_time_is_nobody_s_business(plugins: Any, gate: Gate, slow: Slow) -> None:
    gate.deadlines.seconds = 60.0
    with in_a_call_of("on_thing", plugins, slow):
        gate.deadlines.look()
    assert gate.overdue == []
    assert gate.deadlines.hanging == frozenset()


def test_the_watcher_looks_by_itself(plugins: Any, gate: Gate, slow: Slow) -> None:
    told = threading.Event()
    gate.deadlines._told = lambda _call, _where: told.set()  # to wait for it
    with in_a_call_of("on_thing", plugins, slow):
        assert told.wait(10)


#: Threads that ask where all of them are, while each allocation collects garbage, and whoever looks on lets others in.
ASKING = """
import gc, threading, time
from VaultPlatform.host.deadlines import frames_of_threads

def ask():
    for _ in range(500):
        assert threading.get_ident() in frames_of_threads()
        time.sleep(0)

gc.set_threshold(1)
gc.callbacks.append(lambda *_: time.sleep(0))
threads = [threading.Thread(target=ask) for _ in range(4)]
for each in threads:
    each.start()
for each in threads:
    each.join()
assert gc.isenabled()
"""


def test_asking_where_threads_are_leaves_no_process_hanging() -> None:
    subprocess.run([sys.executable, "-c", ASKING], timeout=60, check=True)


def test_the_calls_of_a_thread_are_forgotten_with_it(plugins: Any, gate: Gate, slow: Slow) -> None:
    with in_a_call_of("on_thing", plugins, slow):
        assert len(gate.deadlines._all) == 1
    gc.collect()
    assert len(gate.deadlines._all) == 0


def test_the_watcher_ends_when_nobody_has_calls_watched(plugins: Any, gate: Gate, slow: Slow) -> None:
    gate.deadlines.seconds = 0.0
    with in_a_call_of("on_thing", plugins, slow):
        watcher = gate.deadlines._watcher
    assert watcher is not None
    assert watcher.is_alive()
    del gate.deadlines
    plugins.unregister(name="slow")
    gc.collect()
    watcher.join(20)
    assert not watcher.is_alive()


def test_a_call_that_does_not_come_back_is_told_to_be_lost_once(plugins: Any, gate: Gate, slow: Slow) -> None:
    lost: list[str] = []
    gate.deadlines._lost = lambda call: lost.append(call[1].hook)
    gate.deadlines.seconds = 0.5
    with in_a_call_of("on_thing", plugins, slow):
        time.sleep(0.5)
        gate.deadlines.look()
        assert lost == []
        age(gate, LOST_AFTER * 0.5)
        gate.deadlines.look()
        gate.deadlines.look()
        assert lost == ["on_thing"]


def test_nothing_is_lost_that_was_not_seen_to_be_overdue_before(plugins: Any, gate: Gate, slow: Slow) -> None:
    """As in a process that was stopped for a while."""
    lost: list[str] = []
    gate.deadlines._lost = lambda call: lost.append(call[1].hook)
    gate.deadlines.seconds = 60.0
    with in_a_call_of("on_thing", plugins, slow):
        [calls] = gate.deadlines._all.values()
        began, *call = calls.innermost
        calls.innermost = (began - 1000.0, *call)
        gate.deadlines.look()
        gate.deadlines.look()
        assert len(gate.overdue) == 1
    assert lost == []
