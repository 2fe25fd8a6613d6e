"""Tasks carry their organisation to a worker in another process, over each broker that the site may be given."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from Orchestrators.WorkerTasks import maintain_organisation
from tests.site import REPOSITORY
from VaultPlatform import tenancy

BROKERS = {
    "files": None,
    "redis": os.environ.get("VAULT_TEST_REDIS_URL", "redis://127.0.0.1:6379"),
    "rabbitmq": os.environ.get("VAULT_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//"),
}
PATIENCE = 90.0
pytestmark = pytest.mark.database_independent  # its site is on SQLite


def broker_parameters():
    marks = {"redis": [pytest.mark.redis], "rabbitmq": [pytest.mark.rabbitmq]}
    return [pytest.param(name, marks=marks.get(name, [])) for name in BROKERS]


def reachable(url):
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=2).close()
    except OSError:
        return False
    return True


@contextmanager
def alone_with(broker):
    """Tests that run at the same time take turns at a server, whose queues they share."""
    if broker == "files":
        yield
        return
    with (Path(tempfile.gettempdir()) / f"vault-test-{broker}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class SiteOfItsOwn:
    """A site in a folder of its own, whose programs are processes."""

    def __init__(self, folder, broker):
        settings = {"Celery": {"broker_url": {"$env": "BROKER"}}} if broker else {}
        (folder / "VaultSettings.json").write_text(json.dumps(settings))
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "NimbusVault.settings",
            "VAULT_HOME": str(folder / "home"),
            "VAULT_SETTINGS": str(folder / "VaultSettings.json"),
            "PYTHONPATH": str(REPOSITORY),
            "BROKER": broker or "",
        }

    def run(self, *arguments):
        command = [sys.executable, "-m", "tests.integration.workers.site_program", *arguments]
        done = subprocess.run(
            command,
            env=self.environment,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=PATIENCE + 60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def seen(self, wanted):
        """What there is in each organisation, once it is as wanted or the patience is over."""
        return json.loads(self.run("look", json.dumps(wanted), str(PATIENCE)).splitlines()[-1])

    def worker(self):
        command = [sys.executable, "-m", "celery", "-A", "NimbusVault", "worker", "--pool", "solo"]
        return subprocess.Popen(
            [*command, "--queues", "high,medium,low,bulk"],
            env=self.environment,
            cwd=REPOSITORY,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@pytest.fixture(params=broker_parameters())
def site(request, tmp_path):
    broker = BROKERS[request.param]
    if broker is not None and not reachable(broker):
        pytest.skip(f"no {request.param} server at its usual place")
    with alone_with(request.param):
        yield from at_work(SiteOfItsOwn(tmp_path, broker))


def at_work(site):
    """The site, with a worker."""
    site.run("prepare")
    worker = site.worker()
    yield site
    worker.send_signal(signal.SIGTERM)
    try:
        worker.wait(15)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def test_a_task_changes_its_own_organisation_and_no_other(site):
    site.run("send_for_one")
    assert site.seen({"acme": 0, "globex": 1}) == {"acme": 0, "globex": 1}
    site.run("send_for_all")
    assert site.seen({"acme": 0, "globex": 0}) == {"acme": 0, "globex": 0}


def test_sending_a_task_without_an_organisation_is_refused():
    with pytest.raises(tenancy.NoOrganisation):
        maintain_organisation.delay()


def test_running_a_task_without_an_organisation_is_refused():
    with pytest.raises(tenancy.NoOrganisation):
        maintain_organisation()
