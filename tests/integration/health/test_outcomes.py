"""Checks that run beside one another and hold nobody up."""

import threading
import time
from uuid import uuid4

import pytest

from VaultManagement.Health.bll.HelperFunctions import outcomes

pytestmark = pytest.mark.database_independent


def test_each_outcome_is_told_by_name_also_an_exception() -> None:
    def fails() -> None:
        raise SystemExit(3)

    found = outcomes({"a": lambda: 1, "b": fails}, seconds=5)
    assert found["a"] == 1
    assert isinstance(found["b"], SystemExit)


def test_all_wait_no_longer_than_the_deadline() -> None:
    release = threading.Event()
    began = time.monotonic()
    found = outcomes({str(uuid4()): release.wait for _ in range(3)}, seconds=0.2)
    assert time.monotonic() - began < 1
    release.set()
    assert [type(outcome) for outcome in found.values()] == [TimeoutError] * 3


def test_a_check_that_hangs_is_joined_and_not_started_again() -> None:
    release, calls, name = threading.Event(), [], str(uuid4())

    def hangs() -> str:
        calls.append(1)
        release.wait()
        return "at last"

    for _ in range(3):
        assert isinstance(outcomes({name: hangs}, seconds=0.05)[name], TimeoutError)
    assert calls == [1]
    release.set()
    assert outcomes({name: hangs}, seconds=5)[name] == "at last"
    assert outcomes({name: hangs}, seconds=5)[name] == "at last"
    assert len(calls) in {2, 3}
