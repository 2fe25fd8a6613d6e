"""The benchmarks run, and count what they promise; how fast they are is not for a test to say."""

import json
import subprocess
import sys

import pytest

from tests.site import REPOSITORY

pytestmark = [pytest.mark.timeout(260), pytest.mark.database_independent]


@pytest.fixture(scope="module")
def results():
    done = benchmark("benchmarks.web", "--requests", "2", "--json")
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def benchmark(*words):
    command = [sys.executable, "-m", *words]
    return subprocess.run(
        command,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_both_routes_are_measured_on_each_database(results):
    assert all([row["route"] for row in rows] == ["POST", "GET"] for rows in results.values())
    assert all(row["vault_ms"] > 0 and row["bare_ms"] > 0 for rows in results.values() for row in rows)


def test_a_write_is_four_messages_with_an_event_and_a_read_two(results):
    """The member; begin, organisation and row in one; commit. And for a read the member and the row."""
    if "postgresql" not in results:
        pytest.skip("no PostgreSQL server answers")
    assert {row["route"]: row["vault_messages"] for row in results["postgresql"]} == {"POST": 4, "GET": 2}


def test_refused_sign_ins_of_every_kind_are_timed_on_each_database(results):
    timed = json.loads(benchmark("benchmarks.sign_in_timing", "--requests", "2", "--json").stdout)
    assert timed.keys() == results.keys()
    for clocks in timed.values():
        assert clocks.keys() == {"wall", "processor"}
        for medians in clocks.values():
            assert medians.keys() == {"wrong password", "unknown", "inactive", "apart"}
            assert min(medians.values()) >= 0


def test_runs_are_measured_beside_the_bare_transaction_and_beside_their_peer(results):
    done = benchmark("benchmarks.runs", "--rounds", "2", "--json")
    assert done.returncode == 0, done.stderr
    medians = json.loads(done.stdout)
    assert medians.keys() == results.keys()
    ours = {"bare", "run", "external"}
    assert medians["sqlite"].keys() == ours
    if "postgresql" in medians:
        assert medians["postgresql"].keys() == ours | {"dbos_external", "dbos_exactly_once", "sql"}
    assert all(median > 0 for found in medians.values() for median in found.values())


def test_one_kind_is_chosen_by_its_name_and_gets_what_follows():
    assert "--rounds" in benchmark("benchmarks", "runs", "--help").stdout
    refused = benchmark("benchmarks", "speed")
    assert (refused.returncode, "web | runs | host | sign_in_timing" in refused.stderr) == (2, True)
