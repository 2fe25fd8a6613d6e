"""Which organisation is current, and how it travels."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from VaultPlatform.tenancy import (
    NoOrganisation,
    Organisation,
    current,
    current_or_none,
    inside,
    inside_async,
    propagate,
    use,
)

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


def entered_halfway():
    """Inside TWO as long as nobody ends it."""
    with use(TWO):
        yield current()


def test_a_generator_that_is_thrown_away_late_changes_nothing():
    with use(ONE):
        abandoned = entered_halfway()
        assert next(abandoned) is TWO
    assert current_or_none() is None
    with use(ONE):
        abandoned.close()
        assert current() is ONE
    assert current_or_none() is None


def test_an_outer_block_ends_what_was_begun_inside_it():
    with use(ONE):
        abandoned = entered_halfway()
        next(abandoned)
        assert current() is TWO
    assert current_or_none() is None
    abandoned.close()
    assert current_or_none() is None


def test_propagate_carries_a_coroutine_function_into_another_loop():
    async def work():
        await asyncio.sleep(0)
        return current()

    with use(ONE):
        carried = propagate(work)
    assert asyncio.run(carried()) is ONE
    assert current_or_none() is None


def test_propagate_refuses_a_generator_whose_body_would_run_too_late():
    async def later():
        yield current()

    with use(ONE):
        for function in (entered_halfway, later):
            with pytest.raises(TypeError, match="is a generator"):
                propagate(function)


def test_what_is_made_inside_is_taken_outside():
    def items():
        yield current()
        yield current()

    async def items_async():
        yield current()
        await asyncio.sleep(0)
        yield current()

    async def taken():
        return [(item, current_or_none()) async for item in inside_async(ONE, items_async())]

    assert [(item, current_or_none()) for item in inside(ONE, items())] == [(ONE, None)] * 2
    assert asyncio.run(taken()) == [(ONE, None)] * 2


def test_gathered_coroutines_and_threads_of_theirs_keep_the_organisation():
    async def work():
        return [current(), await asyncio.to_thread(current)]

    async def gathered():
        return await asyncio.gather(work(), work())

    with use(ONE):
        assert asyncio.run(gathered()) == [[ONE, ONE]] * 2
