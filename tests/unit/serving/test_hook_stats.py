"""What hook implementations did, added up over processes."""

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from VaultPlatform.host.tallies import Tally
from VaultPlatform.serving.hook_stats import MOST, OTHERS, HookStats, bucket_of, from_json, summed

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DURATIONS = st.floats(min_value=1e-7, max_value=1e4)


def taking(*seconds: float) -> HookStats:
    return Tally(plugin="A", hook="on_thing", ended=list(seconds)).stats()


def failed(at: datetime | None, error: str, **errors_in: int) -> HookStats:
    return HookStats(
        plugin="A",
        hook="on_thing",
        errors=1,
        last_failed_at=at,
        last_error=error,
        traceback=f"in {error}",
        errors_in=errors_in,
    )


def test_counts_are_added_up_by_implementation() -> None:
    one = HookStats(plugin="A", hook="on_thing", calls=3, errors=1, skipped=2, overdue=1, seconds=0.5)
    two = HookStats(plugin="A", hook="on_thing", calls=4, seconds=0.25)
    other = HookStats(plugin="B", hook="on_thing", calls=9)
    both = HookStats(plugin="A", hook="on_thing", calls=7, errors=1, skipped=2, overdue=1, seconds=0.75)
    assert summed([one, other, two]) == [both, other]


@given(st.lists(DURATIONS, min_size=1, max_size=50), st.lists(DURATIONS, max_size=50))
@pytest.mark.parametrize("share", [0.5, 0.99])
def test_percentiles_are_those_of_all_calls_together(
    share: float, here: list[float], there: list[float]
) -> None:
    times = sorted(here + there)
    exact = times[min(int(len(times) * share), len(times) - 1)]
    found = (taking(*here) + taking(*there)).percentile(share)
    assert found == pytest.approx(exact, rel=0.03)


def test_before_the_first_call_there_is_no_percentile_and_no_time_is_too_short() -> None:
    assert taking().percentile(0.5) is None
    assert taking(0.0).percentile(0.5) == pytest.approx(1e-9, rel=0.03)
    assert math.isfinite(bucket_of(0.0))


@pytest.mark.parametrize("order", [iter, reversed])
def test_the_last_error_is_the_later_one_wherever_it_was(order: Any) -> None:
    early, late, never = failed(NOON, "early"), failed(NOON + timedelta(seconds=1), "late"), taking(0.1)
    several = [early, late, never]
    [both] = summed(order(several))
    assert (both.last_error, both.traceback, both.errors) == ("late", "in late", 2)


def test_errors_are_counted_by_organisation_of_so_many_at_most() -> None:
    one = failed(NOON, "x", acme=2, **{f"a{number}": 1 for number in range(MOST - 1)})
    two = failed(NOON, "x", acme=3, **{f"b{number}": 1 for number in range(MOST - 1)}, **{OTHERS: 5})
    both = (one + two).errors_in
    assert (both["acme"], len(both)) == (5, MOST + 1)
    assert sum(both.values()) == sum(one.errors_in.values()) + sum(two.errors_in.values())


def test_what_is_written_down_is_read_as_it_was() -> None:
    stats = failed(NOON, "not \ud800 today", acme=1) + taking(0.1, 0.1, 3.0)
    assert from_json(json.loads(json.dumps(stats.as_json()))) == stats


def test_a_traceback_without_end_is_cut_at_its_beginning() -> None:
    tally = Tally(plugin="A", hook="on_thing", traceback="x" * 10**6 + "the end", last_error="y" * 10**6)
    shown = tally.stats()
    assert shown.traceback is not None
    assert shown.traceback.endswith("xthe end")
    assert len(shown.traceback) == len(shown.last_error or "") == 20_000


def test_a_forked_process_begins_anew_with_the_tallies_that_guards_hold() -> None:
    tally = Tally(plugin="A", hook="on_thing")
    ended = tally.ended.append
    ended(0.5)
    tally.skipped = 1
    tally.failed(ValueError("no"), None)
    tally.count()
    ended(0.5)
    with tally._counting:  # another thread is at it while the process forks
        tally.begin_anew()
    assert tally == Tally(plugin="A", hook="on_thing")
    ended(0.25)
    assert (tally.calls, tally.recent) == (1, (0.25,))
