"""Workers are killed while they work through tasks, again and again: no task is lost, whatever the broker.

`VAULT_TEST_TASKS` and `VAULT_TEST_KILLS` say how many of each.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.workers.test_tasks_run_in_their_organisation import (
    BROKERS,
    SiteOfItsOwn,
    alone_with,
    reachable,
)
from tests.site import REPOSITORY

TASKS, KILLS = int(os.environ.get("VAULT_TEST_TASKS", "90")), int(os.environ.get("VAULT_TEST_KILLS", "4"))
SECONDS = 240 + TASKS // 5
pytestmark = [pytest.mark.timeout(SECONDS + 120), pytest.mark.database_independent]


class Site(SiteOfItsOwn):
    def run(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "tests.integration.runs.worker_program", *arguments]
        done = subprocess.run(
            command, env=self.environment, cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def seen(self, wanted: Any) -> Any:
        """How the tasks stand, once it is as wanted or time is over."""
        return json.loads(self.run("look", json.dumps(wanted), str(SECONDS)).splitlines()[-1])

    def worker(self) -> subprocess.Popen[bytes]:
        options = ["--include", "tests.integration.runs.slow_tasks", "--queues", "high,medium,low,bulk"]
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "NimbusVault",
            "worker",
            *options,
            "--concurrency",
            "2",
        ]
        return subprocess.Popen(
            command,
            env=self.environment,
            cwd=REPOSITORY,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    broker = BROKERS[request.param]
    if broker is not None and not reachable(broker):
        pytest.skip(f"no {request.param} server at its usual place")
    with alone_with(request.param):
        site = Site(tmp_path, broker)
        site.run("prepare")
        yield site


@contextmanager
def workers(site: Site) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers that are ended, with their children, at the end."""
    running: list[subprocess.Popen[bytes]] = []
    try:
        yield running
    finally:
        for each in running:
            if each.poll() is None:
                os.killpg(each.pid, signal.SIGKILL)
            each.wait()


def children_of(process: subprocess.Popen[bytes]) -> list[int]:
    found = subprocess.run(
        ["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False
    ).stdout.split()
    return [int(each) for each in found]


@pytest.mark.parametrize(
    "site",
    [
        "files",
        pytest.param("redis", marks=pytest.mark.redis),
        pytest.param("rabbitmq", marks=pytest.mark.rabbitmq),
    ],
    indirect=True,
)
def test_no_task_is_lost(site: Site) -> None:
    chosen = random.Random(7)
    site.run("send", str(TASKS))
    with workers(site) as running:
        for number in range(KILLS):
            running.append(site.worker())
            time.sleep(6 if number == 0 else 4)
            whole = chosen.random() < 0.5
            children = children_of(running[-1])
            if whole or not children:
                os.killpg(running[-1].pid, signal.SIGKILL)
            else:
                os.kill(chosen.choice(children), signal.SIGKILL)
        running.append(site.worker())
        wanted = {"states": {"completed": TASKS}, "rows": TASKS}
        seen = site.seen(wanted)
    assert seen == wanted
