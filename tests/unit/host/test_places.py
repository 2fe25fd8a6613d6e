"""One thread of a server stays out of hook implementations, whatever hangs in the others."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from tests.unit.host.specs import Gate, hookimpl, manager, proxy_of
from VaultErrors.BackendErrors import errors
from VaultPlatform.host.hook_guards import HookOff, strictly

pytestmark = pytest.mark.database_independent

THREADS = 4


class Held:
    """Each of its hooks is held until it is let go."""

    def __init__(self) -> None:
        self.inside, self.go_on = threading.Semaphore(0), threading.Event()

    def hold(self) -> None:
        self.inside.release()
        assert self.go_on.wait(20)

    @hookimpl
    def on_thing(self) -> None:
        self.hold()


class Quick:
    """Answers at once."""

    def __init__(self) -> None:
        self.called = 0

    @hookimpl
    def on_thing(self) -> str:
        self.called += 1
        return "told"

    @hookimpl
    def before_thing(self) -> None:
        self.called += 1

    @hookimpl
    def filter_text(self, text: str) -> str:
        return text.upper()


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def gate() -> Gate:
    """Nothing is overdue for as long as a test runs."""
    made = Gate(seconds=60.0)
    made.deadlines.leave_free(of_threads=THREADS)
    return made


def plugins(instance: Any, gate: Gate) -> Any:
    made = manager()
    made.register(proxy_of(instance, to=made, gate=gate, name="one"), name="one")
    return made


def in_another_thread(hooks: Any) -> threading.Thread:
    thread = threading.Thread(target=lambda: hooks.on_thing(one=1, two=2))
    thread.start()
    return thread


@contextmanager
def held_in(number: int, held: Held, gate: Gate) -> Iterator[None]:
    """In the block, so many threads are in an implementation that does not come back."""
    hooks = plugins(held, gate).hook
    with ExitStack() as ended:
        for _ in range(number):
            thread = in_another_thread(hooks)
            ended.callback(thread.join, 20)
            assert held.inside.acquire(timeout=10)
        ended.callback(held.go_on.set)
        yield


def test_the_last_thread_stays_out_and_has_it_told_later(held: Held, gate: Gate) -> None:
    quick = Quick()
    [implementation] = plugins(quick, gate).hook.on_thing.get_hookimpls()
    with held_in(THREADS - 1, held, gate):
        time.sleep(0.2)
        gate.deadlines.seconds = 0.1  # of what is not told later; nobody looks that soon
        with pytest.raises(HookOff):
            strictly(implementation.function)()
        assert quick.called == 0


def test_a_check_and_a_filter_that_find_no_place_are_as_those_that_hang(held: Held, gate: Gate) -> None:
    hook = plugins(Quick(), gate).hook
    with held_in(THREADS - 1, held, gate):
        gate.deadlines.seconds = 0.2
        with pytest.raises(errors.server.Unavailable):
            hook.before_thing(one=1)
        assert hook.filter_text(text="as it was", language="en") == []
    assert {each.hook: each.skipped for each in gate.tallies if each.skipped} == {
        "before_thing": 1,
        "filter_text": 1,
    }


def test_as_long_as_there_is_a_place_all_are_called(held: Held, gate: Gate) -> None:
    quick = Quick()
    hook = plugins(quick, gate).hook
    with held_in(THREADS - 2, held, gate):
        for _ in range(20):
            assert hook.on_thing(one=1, two=2) == ["told"]
            hook.before_thing(one=1)
    assert quick.called == 40


def test_a_place_that_is_free_again_soon_is_waited_for(held: Held, gate: Gate) -> None:
    hook = plugins(Quick(), gate).hook
    with held_in(THREADS - 1, held, gate):
        threading.Timer(0.3, held.go_on.set).start()
        hook.before_thing(one=1)


def test_who_hangs_is_waited_for_once_and_not_by_each(held: Held, gate: Gate) -> None:
    hook = plugins(Quick(), gate).hook
    with held_in(THREADS - 1, held, gate):
        gate.deadlines.seconds = 0.3
        time.sleep(0.3)
        began = time.monotonic()
        for _ in range(10):
            with pytest.raises(errors.server.Unavailable):
                hook.before_thing(one=1)
        assert time.monotonic() - began < 0.3


def test_a_hook_within_a_hook_needs_no_place_of_its_own(held: Held, gate: Gate) -> None:
    inner = plugins(Quick(), gate).hook

    class Outer:
        @hookimpl
        def on_thing(self) -> Any:
            return inner.on_thing(one=1, two=2)

    outer = plugins(Outer(), gate).hook
    with held_in(THREADS - 2, held, gate):
        assert outer.on_thing(one=1, two=2) == [["told"]]


def test_an_implementation_that_raises_gives_its_place_back(gate: Gate) -> None:
    class Raises:
        @hookimpl
        def on_thing(self) -> None:
            raise ValueError("not today")

    hook, quick = plugins(Raises(), gate).hook, plugins(Quick(), gate).hook
    for _ in range(2 * THREADS):
        hook.on_thing(one=1, two=2)
    assert quick.on_thing(one=1, two=2) == ["told"]


def test_many_quick_calls_at_once_are_all_made(gate: Gate) -> None:
    quick = Quick()
    [implementation] = plugins(quick, gate).hook.on_thing.get_hookimpls()
    strict = strictly(implementation.function)
    threads = [threading.Thread(target=lambda: [strict() for _ in range(500)]) for _ in range(THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    [tally] = [each for each in gate.tallies if each.hook == "on_thing"]
    assert (tally.calls, tally.skipped) == (THREADS * 500, 0)


@pytest.mark.parametrize("threads", [0, 1])
def test_where_there_are_no_threads_to_spare_none_is_kept_out(threads: int, held: Held) -> None:
    gate = Gate(seconds=60.0)
    gate.deadlines.leave_free(of_threads=threads)
    hook = plugins(Quick(), gate).hook
    with held_in(THREADS, held, gate):
        assert hook.on_thing(one=1, two=2) == ["told"]
