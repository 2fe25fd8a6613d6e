"""Which organisation is current, and how it travels."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from VaultPlatform.tenancy import NoOrganisation, Organisation, current, current_or_none, propagate, use

ONE = Organisation(slug="one", key="one_1", name="One")
TWO = Organisation(slug="two", key="two_2", name="Two")


def test_there_is_none_to_begin_with():
    assert current_or_none() is None
    with pytest.raises(NoOrganisation, match=r"tenancy\.use"):
        current()


def test_use_nests_and_restores_also_after_an_error():
    with use(ONE):
        with pytest.raises(ZeroDivisionError), use(TWO):
            1 / 0  # noqa: B018
        assert current() is ONE
    assert current_or_none() is None


def test_a_raw_thread_begins_without_one_and_propagate_carries_it():
    seen = []
    with use(ONE):
        for function in (
            lambda: seen.append(current_or_none()),
            propagate(lambda: seen.append(current_or_none())),
        ):
            thread = threading.Thread(target=function)
            thread.start()
            thread.join()
    assert seen == [None, ONE]


def test_propagate_without_an_organisation_is_refused_where_it_is_written():
    with pytest.raises(NoOrganisation):
        propagate(print)


def test_a_pools_thread_is_left_without_one():
    with ThreadPoolExecutor(max_workers=1) as pool:
        with use(ONE):
            assert pool.submit(propagate(current)).result() is ONE
        assert pool.submit(current_or_none).result() is None


def test_tasks_of_one_event_loop_have_each_their_own():
    async def work(organisation):
        with use(organisation):
            await asyncio.sleep(0)
            return current()

    async def both():
        return await asyncio.gather(work(ONE), work(TWO))

    assert asyncio.run(both()) == [ONE, TWO]
