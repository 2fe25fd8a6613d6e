"""The measuring of what plugins cost runs, and says which aim is missed; how fast they are is not for a test to say."""

import json
import subprocess
import sys

import pytest

from benchmarks import host
from tests.site import REPOSITORY

pytestmark = [pytest.mark.timeout(260), pytest.mark.database_independent]


def test_each_kind_is_measured_with_its_plugins_and_without():
    command = [sys.executable, "-m", "benchmarks.host", "--rounds", "1", "--json"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=200, check=False)
    assert done.stdout, done.stderr
    results = json.loads(done.stdout)
    assert results.keys() == host.AIMS.keys()
    assert results["hooks"]["implementations"] == 10
    assert all(min(found[key] for key in ("ours", "theirs", "ratio")) > 0 for found in results.values())
    assert done.returncode == int(any(found["ratio"] > host.AIMS[name] for name, found in results.items()))


def test_an_aim_that_is_missed_is_named_and_changes_the_exit_code(capsys):
    good = {name: {"ours": 1.0, "theirs": 1.0, "ratio": aim} for name, aim in host.AIMS.items()}
    assert host.report(good) == 0
    assert "MISSED" not in capsys.readouterr().out

    assert host.report({**good, "start": {"ours": 3.0, "theirs": 1.0, "ratio": 3.0}}) == 1
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines() if "MISSED" in line] == ["start"]
