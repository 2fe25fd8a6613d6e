"""Events of a web server whose other threads are all in hooks that hang: the client is answered, the sweep delivers."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from Orchestrators.Journal import install_delivery
from tests.integration.runs.test_events import run as run_of_events
from tests.integration.runs.test_events import time_passes
from tests.unit.host.specs import Gate, hookimpl, manager, proxy_of
from VaultPlatform.host.hook_guards import strictly
from VaultPlatform.runs.service import delivery_service
from VaultPlatform.runs.sweep import sweep_once

THREADS = 3


class Plugin:
    """Hangs where it is told to, else notes what it hears."""

    def __init__(self) -> None:
        self.hangs, self.inside = threading.Event(), threading.Semaphore(0)
        self.let_go = threading.Event()
        self.heard: list[Any] = []

    @hookimpl
    def on_thing(self, one: Any) -> None:
        if self.hangs.is_set():
            self.inside.release()
            assert self.let_go.wait(20)
        else:
            self.heard.append(one)


class Guarded:
    """Delivers as the host does, to one guarded implementation."""

    def __init__(self, plugin: Plugin) -> None:
        made, self.gate = manager(), Gate(seconds=60.0)
        self.gate.deadlines.leave_free(of_threads=THREADS)
        made.register(proxy_of(plugin, to=made, gate=self.gate, name="one"), name="one")
        [implementation] = made.hook.on_thing.get_hookimpls()
        self.call = strictly(implementation.function)

    def listeners(self, hook_name: str) -> Sequence[str]:
        return ("one",)

    def deliver(self, listener: str, hook_name: str, kwargs: Mapping[str, Any]) -> None:
        self.call(kwargs["entity_id"])


@pytest.fixture
def plugin() -> Plugin:
    return Plugin()


@pytest.fixture
def delivery(org: Any, plugin: Plugin) -> Iterator[Guarded]:
    made = Guarded(plugin)
    previous = install_delivery(made)
    yield made
    install_delivery(previous)


def test_the_run_ends_and_its_events_wait_for_the_sweep(delivery: Guarded, plugin: Plugin) -> None:
    plugin.hangs.set()
    hanging = [threading.Thread(target=delivery.call, args=(0,)) for _ in range(THREADS - 1)]
    for each in hanging:
        each.start()
        assert plugin.inside.acquire(timeout=10)
    plugin.hangs.clear()
    began = time.monotonic()
    for number in range(10):
        run_of_events(f"on_thing:{number}")
    assert time.monotonic() - began < 10, "it waited a moment for those that hang, and not ten times"
    rows = list(delivery_service.filter())
    assert plugin.heard == []
    assert {(row.owner, row.attempts) for row in rows} == {(None, 1)}
    assert all(row.next_attempt < now() + timedelta(seconds=5) for row in rows)

    plugin.let_go.set()
    for each in hanging:
        each.join(10)
    time_passes()
    sweep_once()
    assert plugin.heard == [str(number) for number in range(10)]
    assert delivery_service.filter().count() == 0


def test_while_there_is_a_place_events_are_delivered_at_once(delivery: Guarded, plugin: Plugin) -> None:
    plugin.hangs.set()
    hanging = threading.Thread(target=delivery.call, args=(0,))
    hanging.start()
    assert plugin.inside.acquire(timeout=10)
    plugin.hangs.clear()
    run_of_events("on_thing:1")
    assert plugin.heard == ["1"]
    plugin.let_go.set()
    hanging.join(10)
