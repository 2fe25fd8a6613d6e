"""The benchmarks run, and count what they promise; how fast they are is not for a test to say."""

import json
import subprocess
import sys

import pytest

from tests.site import REPOSITORY

pytestmark = [pytest.mark.timeout(260), pytest.mark.database_independent]


@pytest.fixture(scope="module")
def results():
    command = [sys.executable, "-m", "benchmarks", "--requests", "2", "--json"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=100, check=False)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_both_routes_are_measured_on_each_database(results):
    assert all([row["route"] for row in rows] == ["POST", "GET"] for rows in results.values())
    assert all(row["vault_ms"] > 0 and row["bare_ms"] > 0 for rows in results.values() for row in rows)


def test_a_write_is_four_messages_with_an_event_and_a_read_two(results):
    """The member; begin, organisation and row in one; commit. And for a read the member and the row."""
    if "postgresql" not in results:
        pytest.skip("no PostgreSQL server answers")
    assert {row["route"]: row["vault_messages"] for row in results["postgresql"]} == {"POST": 4, "GET": 2}


def test_refused_sign_ins_of_every_kind_are_timed_on_each_database(results):
    command = [sys.executable, "-m", "benchmarks.sign_in_timing", "--requests", "2", "--json"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=100, check=False)
    timed = json.loads(done.stdout)
    assert timed.keys() == results.keys()
    for clocks in timed.values():
        assert clocks.keys() == {"wall", "processor"}
        for medians in clocks.values():
            assert medians.keys() == {"wrong password", "unknown", "inactive", "apart"}
            assert min(medians.values()) >= 0
