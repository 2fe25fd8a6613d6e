"""One worker runs tasks of several organisations in turn, failures and retries among them: each writes in its own."""

import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.integration.workers.sizes import EACH, SLUGS
from tests.integration.workers.test_tasks_run_in_their_organisation import (
    BROKERS,
    SiteOfItsOwn,
    alone_with,
    reachable,
)
from tests.site import REPOSITORY

DONE = {slug: [EACH, []] for slug in SLUGS}
pytestmark = [pytest.mark.timeout(300), pytest.mark.database_independent]  # its site is on SQLite


class NotingSite(SiteOfItsOwn):
    def run(self, *arguments):
        command = [sys.executable, "-m", "tests.integration.workers.noting_program", *arguments]
        done = subprocess.run(
            command, env=self.environment, cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def working(self, *options):
        command = [sys.executable, "-m", "celery", "-A", "NimbusVault", "worker", *options]
        worker = subprocess.Popen(
            [*command, "--include", "tests.integration.workers.noting", "--queues", "high,medium,low,bulk"],
            env=self.environment,
            cwd=REPOSITORY,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            worker.send_signal(signal.SIGTERM)
            try:
                worker.wait(20)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()


FILES = pytest.mark.parametrize("site", ["files"], indirect=True)


@pytest.fixture
def site(request, tmp_path):
    broker = BROKERS[request.param]
    if broker is not None and not reachable(broker):
        pytest.skip(f"no {request.param} server at its usual place")
    with alone_with(request.param):
        site = NotingSite(tmp_path, broker)
        site.run("prepare")
        yield site


@pytest.mark.parametrize(
    ("site", "pool"),
    [
        ("files", ["--pool", "threads", "--concurrency", "4"]),
        pytest.param("redis", ["--pool", "prefork"], marks=pytest.mark.redis),
    ],
    indirect=["site"],
)
def test_each_task_writes_in_its_own_organisation(site, pool):
    with site.working(*pool):
        site.run("send")
        assert site.seen(DONE) == DONE


@FILES
def test_a_task_finds_its_organisation_after_a_change_of_names(site):
    site.run("send")
    site.run("rename")
    with site.working():
        assert site.seen(DONE) == DONE


@FILES
def test_tasks_wait_for_an_organisation_that_is_not_migrated(site):
    site.run("close")
    with site.working():
        site.run("send")
        untouched = {slug: [0, []] for slug in SLUGS}
        assert site.seen(untouched) == untouched
        site.run("reopen")
        assert site.seen(DONE) == DONE
