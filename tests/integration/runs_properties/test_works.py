"""What a sweep begins: once at a time, so much of each organisation, and waited for no longer than others can bear."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from VaultPlatform.runs.works import OF_ALL, OF_ONE, Visit, Works

pytestmark = pytest.mark.database_independent
PATIENCE = 0.4


@contextmanager
def hanging_works(patience: float = PATIENCE) -> Iterator[tuple[Works, threading.Event]]:
    """Works, and what lets go on what hangs in them."""
    go_on = threading.Event()
    with Works(patience=patience) as works:
        try:
            yield works, go_on
        finally:
            go_on.set()


def test_a_round_waits_for_what_hangs_no_longer_than_its_patience_wherever_it_is() -> None:
    with hanging_works() as (works, go_on):
        for _ in range(2):
            began = time.monotonic()
            for number in range(5):
                visit = Visit(works, f"organisation-{uuid4()}")
                assert visit.is_over() == (number > 0)
                assert visit.begin("run", uuid4(), go_on.wait)
                visit.wait()
                assert visit.left and works.patience == 0
            assert time.monotonic() - began >= PATIENCE
            works.next_round()


def test_what_ends_in_time_costs_others_nothing() -> None:
    with hanging_works(patience=30) as (works, _):
        for _ in range(5):
            visit = Visit(works, "one")
            work = visit.begin("run", uuid4(), time.sleep, 0.05)
            visit.wait()
            assert work is not None and work.done() and not visit.left
        assert works.patience == 30


def test_nothing_is_begun_that_is_at_work_already() -> None:
    with hanging_works() as (works, go_on):
        what = uuid4()
        assert Visit(works, "one").begin("run", what, go_on.wait)
        visit = Visit(works, "one")
        assert (visit.begin("run", what, go_on.wait), visit.left) == (None, True)
        go_on.set()
        works.next_round()
        Visit(works, "one").wait()
        while works.at_work():
            time.sleep(0.01)
        assert Visit(works, "one").begin("run", what, go_on.wait)


def test_one_organisation_takes_no_more_than_its_share_and_all_no_more_than_there_is() -> None:
    with hanging_works() as (works, go_on):
        for number in range(OF_ALL // OF_ONE):
            visit = Visit(works, f"organisation-{number}")
            assert all(visit.begin("run", uuid4(), go_on.wait) for _ in range(OF_ONE))
            assert visit.begin("run", uuid4(), go_on.wait) is None
        assert Visit(works, "another").begin("run", uuid4(), go_on.wait) is None
        assert len(works.at_work()) == OF_ALL
        go_on.set()
        works.next_round()
        assert Visit(works, "another").begin("run", uuid4(), go_on.wait)


def test_events_have_room_where_runs_hang() -> None:
    with hanging_works() as (works, go_on):
        visit = Visit(works, "one")
        assert all(visit.begin("run", uuid4(), go_on.wait) for _ in range(OF_ONE))
        assert visit.begin("events", None, go_on.wait)


def test_what_fails_is_left_for_another_time() -> None:
    def fail() -> None:
        raise ConnectionError("away")

    with hanging_works() as (works, _):
        visit = Visit(works, "one")
        visit.begin("run", uuid4(), fail)
        visit.wait()
        assert visit.left
