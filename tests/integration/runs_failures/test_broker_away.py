"""The broker is away: writes go on, and what is handed to the workers meanwhile is run once it is back."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.integration.organisations.sites import Site
from tests.integration.runs_failures.own_servers import OwnServer, own_server
from tests.integration.runs_failures.sites import ORG, SECONDS, inside, new_site, served
from tests.services import REDIS
from tests.site import REPOSITORY

pytestmark = [pytest.mark.timeout(240), pytest.mark.database_independent]
#: Runs, and as many tasks.
NUMBER = {"stopped": 3, "frozen": 1}
#: Seconds for which somebody may be kept waiting: by a broker that is not there, and by one that says nothing.
REFUSED, SILENT = 3.0, 8.0
PATIENCE = {"stopped": REFUSED, "frozen": SILENT}
AWAY = {"stopped": OwnServer.stop_at_once, "frozen": OwnServer.freeze}


@contextmanager
def worker(site: Site) -> Iterator[None]:
    options = (
        "--include",
        "tests.integration.runs_failures.steps",
        "--pool",
        "solo",
        "--loglevel",
        "WARNING",
    )
    command = [sys.executable, "-m", "celery", "-A", "NimbusVault", "worker", *options]
    with site.settings.with_name("worker.log").open("wb") as log:
        process = subprocess.Popen(command, env=site.environment, cwd=REPOSITORY, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def any_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return new_site(tmp_path_factory.mktemp("site"), {"engine": "sqlite"})


def with_broker(site: Site, url: str) -> Site:
    """The site with that broker."""
    settings = json.loads(site.settings.read_text()) | {"Celery": {"broker_url": url}}
    file = site.settings.with_name("with_broker.json")
    file.write_text(json.dumps(settings))
    return Site(home=site.home, settings=file)


def enqueued(site: Site, name: str, number: int) -> float:
    """Hand over runs and tasks called `name`; the seconds that the longest call took."""
    return float(inside(site, "enqueue", ORG, name, str(number)).splitlines()[-1])


@pytest.mark.parametrize("away", AWAY)
def test_what_is_handed_over_meanwhile_is_run_when_it_is_back(any_site: Site, away: str) -> None:
    with own_server(REDIS) as broker:
        site = with_broker(any_site, broker.url)
        AWAY[away](broker)
        with served(site) as client:
            began = time.monotonic()
            document = client.upload("written", b"written")
            assert document.status == 201
            path = f"/vault/documents/{document.json['id']}"
            assert client.ask("PATCH", path, {"tags": ["changed"]}).status == 200
            assert time.monotonic() - began < REFUSED
        assert enqueued(site, away, NUMBER[away]) < PATIENCE[away]
        broker.stop_at_once()
        broker.start()
        inside(site, "hasten", ORG)
        wanted = {f"{away} {kind} {number}" for kind in ("run", "task") for number in range(NUMBER[away])}
        with worker(site):
            deadline = time.monotonic() + SECONDS
            while not wanted <= (found := left_by_runs(site)) and time.monotonic() < deadline:
                time.sleep(0.5)
        assert wanted <= found, site.settings.with_name("worker.log").read_text()[-2000:]


def left_by_runs(site: Site) -> set[str]:
    return set(json.loads(inside(site, "look", ORG)))


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
@pytest.mark.parametrize("listens", [False, True], ids=["nobody is there", "nobody answers"])
def test_nobody_waits_for_a_broker(any_site: Site, scheme: str, listens: bool) -> None:  # noqa: FBT001
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listens:
            silent.listen(50)
        site = with_broker(any_site, f"{scheme}://127.0.0.1:{silent.getsockname()[1]}//")
        assert enqueued(site, f"{scheme} {listens}", 1) < (SILENT if listens else REFUSED)
