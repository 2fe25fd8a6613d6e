"""The broker is away: writes go on, and what is handed to the workers meanwhile is run once it is back."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.integration.organisations.sites import Site
from tests.integration.runs_failures.own_servers import OwnServer, own_server
from tests.integration.runs_failures.sites import ORG, SECONDS, inside, new_site, served
from tests.services import RABBITMQ, REDIS
from tests.site import REPOSITORY

pytestmark = [pytest.mark.timeout(240), pytest.mark.database_independent]
#: Runs, and as many tasks.
NUMBER = {"stopped": 3, "frozen": 1}
#: Seconds for which somebody may be kept waiting: by a broker that is not there, and by one that says nothing.
REFUSED, SILENT = 3.0, 8.0
PATIENCE = {"stopped": REFUSED, "frozen": SILENT}
AWAY = {"stopped": OwnServer.stop_at_once, "frozen": OwnServer.freeze}
#: Runs, and as many tasks, that a broker is stopped in the middle of.
LOAD = 80


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
    address = site.settings.with_name("broker")
    address.touch(mode=0o600)
    address.write_text(url)
    settings = json.loads(site.settings.read_text()) | {"Celery": {"broker_url": {"$file": str(address)}}}
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
            found = left_in_time(site, wanted, seconds=SECONDS)
        assert wanted <= found, site.settings.with_name("worker.log").read_text()[-2000:]


@pytest.mark.timeout(480)
def test_rabbitmq_is_stopped_under_load_and_brought_back(any_site: Site) -> None:
    """The worker that was at work is there all the time; what the broker has lost is sent again."""
    with own_server(RABBITMQ) as broker, ThreadPoolExecutor(1) as pool:
        site = with_broker(any_site, broker.url)
        with worker(site), served(site) as client:
            loading = pool.submit(enqueued, site, "loaded", LOAD)
            assert left_in_time(site, {f"loaded run {LOAD // 4}"}, seconds=SECONDS)
            broker.stop_at_once()
            began = time.monotonic()
            assert client.upload("written", b"written").status == 201
            assert time.monotonic() - began < REFUSED
            assert max(enqueued(site, "away", NUMBER["stopped"]), loading.result()) < REFUSED
            numbers = {"loaded": LOAD, "away": NUMBER["stopped"]}
            wanted = {
                f"{name} {kind} {each}"
                for name, number in numbers.items()
                for kind in ("run", "task")
                for each in range(number)
            }
            assert not wanted <= left_by_runs(site)
            broker.start()
            inside(site, "hasten", ORG)
            found = left_in_time(site, wanted, seconds=2 * SECONDS)
        assert wanted <= found, site.settings.with_name("worker.log").read_text()[-2000:]


def left_in_time(site: Site, wanted: set[str], *, seconds: float) -> set[str]:
    """What runs and tasks have left, once it is what is wanted, or the time is over."""
    return set(json.loads(inside(site, "look", ORG, json.dumps(sorted(wanted)), str(seconds))))


def left_by_runs(site: Site) -> set[str]:
    return left_in_time(site, set(), seconds=0)


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
@pytest.mark.parametrize("listens", [False, True], ids=["nobody is there", "nobody answers"])
def test_nobody_waits_for_a_broker(any_site: Site, scheme: str, listens: bool) -> None:  # noqa: FBT001
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listens:
            silent.listen(50)
        site = with_broker(any_site, f"{scheme}://127.0.0.1:{silent.getsockname()[1]}//")
        assert enqueued(site, f"{scheme} {listens}", 1) < (SILENT if listens else REFUSED)
