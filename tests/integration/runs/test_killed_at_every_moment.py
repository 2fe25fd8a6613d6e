"""A process that executes a run is killed at every moment of it: whatever it was, the run is whole or not there."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.runs.outside import Ledger
from tests.site import REPOSITORY

pytestmark = pytest.mark.timeout(600)
#: Kinds of steps in the orders that differ; "!" fails, so that the run is undone; "+" goes on after a death.
PLANS = ["D", "E", "U", "DE", "ED", "EE", "UD", "DEU", "EUD", "EDE"]
UNDONE = ["E!", "U!", "DE!", "EU!", "EDU!"]
RESUMED = ["+E", "+DE", "+EDE", "+DU", "+EUD"]
PEOPLE = ["W", "DW", "WD", "WE"]
RETRIED = ["R", "DR", "RD"]


def outcomes(org: Any, plans: list[str]) -> list[dict[str, Any]]:
    """What each death of a process with one of these plans has left."""
    command = [sys.executable, "-m", "tests.integration.runs.kill_program", org.slug, *plans]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def is_whole(seen: dict[str, Any]) -> bool:
    plan = seen["plan"].removeprefix("+")
    wanted = [int(kind in "EWR") for kind in plan]
    return len(seen["rows"]) == sum(kind in "DU" for kind in plan) and seen["effects"] == wanted


def is_nothing(seen: dict[str, Any]) -> bool:
    return not seen["rows"] and not any(seen["effects"])


def test_a_run_is_whole_or_not_there(ledger_org: Any, ledger: Ledger) -> None:
    found = outcomes(ledger_org, PLANS)
    assert {seen["state"] for seen in found} == {None, "completed", "compensated"}
    for seen in found:
        whole = seen["state"] == "completed" or (seen["state"] is None and seen["rows"])
        assert is_whole(seen) if whole else is_nothing(seen), seen
    assert sum(seen["killed"] for seen in found) >= 80
    assert sum(not seen["killed"] for seen in found) == len(PLANS)


def test_a_run_that_fails_is_undone_whenever_its_process_dies(ledger_org: Any, ledger: Ledger) -> None:
    found = outcomes(ledger_org, UNDONE)
    assert {seen["state"] for seen in found} <= {None, "compensated"}
    for seen in found:
        assert is_nothing(seen), seen


def test_a_resumable_run_is_gone_on_with(ledger_org: Any, ledger: Ledger) -> None:
    found = outcomes(ledger_org, RESUMED)
    assert {seen["state"] for seen in found} == {None, "completed"}
    for seen in found:
        assert is_whole(seen) if seen["state"] else is_nothing(seen), seen


def test_a_step_that_may_be_repeated_is_repeated_under_its_key(ledger_org: Any, ledger: Ledger) -> None:
    found = outcomes(ledger_org, RETRIED)
    assert max(max(seen["presented"]) for seen in found) == 2
    for seen in found:
        whole = seen["state"] == "completed"
        assert is_whole(seen) if whole else is_nothing(seen), seen


def test_against_a_ledger_without_keys_a_person_decides(
    ledger_org: Any, make_ledger: Callable[..., Ledger]
) -> None:
    make_ledger("keyless")
    found = outcomes(ledger_org, PEOPLE)
    assert {seen["state"] for seen in found} == {None, "completed", "compensated", "stuck"}
    assert max(max(seen["effects"]) for seen in found) == 1
    for seen in found:
        if seen["state"] == "stuck":
            assert "nobody knows whether" in seen["error"]
        else:
            assert is_whole(seen) if seen["state"] == "completed" else is_nothing(seen), seen
