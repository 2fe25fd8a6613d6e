"""What implementations did is counted a little later, by whoever asks and by the look of each second."""

import threading

import pytest

from VaultPlatform.host.tallies import RECENT, Tally

pytestmark = pytest.mark.database_independent
THREADS, CALLS = 4, 20_000


def test_no_call_is_lost_or_counted_twice_whoever_counts_meanwhile() -> None:
    tally = Tally(plugin="Some_Plugin", hook="on_thing")
    ready = threading.Barrier(THREADS + 2)

    def calls() -> None:
        ready.wait(10)
        for _ in range(CALLS):
            tally.ended.append(1.0)

    def counts() -> None:
        ready.wait(10)
        while tally.calls < THREADS * CALLS and calling[0].is_alive():
            pass

    calling = [threading.Thread(target=calls) for _ in range(THREADS)]
    counting = [threading.Thread(target=counts) for _ in range(2)]
    for thread in (*calling, *counting):
        thread.start()
    for thread in (*calling, *counting):
        thread.join(60)
    assert (tally.calls, tally.seconds) == (THREADS * CALLS, THREADS * CALLS)
    assert len(tally.recent) == RECENT
    assert tally.ended == []
