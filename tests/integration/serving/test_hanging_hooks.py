"""A plugin whose hooks never come back, on a real site: the others are served, and in the end all are."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.integration.serving.dummy_site import ROOT
from tests.integration.serving.processes import is_alive, wait_until
from tests.integration.serving.test_site import SERVE, Site, command_line

pytestmark = pytest.mark.timeout(300)

PASSWORD = "correct horse 9 battery"
AT_ONCE = 24
#: Threads of both web processes.
THREADS = 8
#: Seconds within which others are answered, on a busy machine too; where hooks take all threads, nobody is.
SOON = 10
HANGING = """
import time

import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class Hanging:
    @hookimpl
    def on_entity_archived(self, entity_id):
        time.sleep(100000)

    @hookimpl
    def before_entity_delete(self, entity_id):
        time.sleep(100000)
"""


class Clients:
    """Members of the organisations demo and acme, and the operator."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.members = {
            org: {**self._token("auth", {"Org": org}, "admin"), "Org": org} for org in ("demo", "acme")
        }
        self.operator = self._token("site", {}, "operator")

    def _token(self, where: str, headers: dict[str, str], name: str) -> dict[str, str]:
        address, given = f"{self.site.address}/vault/{where}/token", {"username": name, "password": PASSWORD}
        answer = requests.post(address, json=given, headers=headers, timeout=60)
        return {"Authorization": f"JWT {answer.json()['access']}"}

    def document(self, org: str) -> str:
        answer = requests.post(
            f"{self.site.address}/vault/documents",
            files={"file": ("hello.txt", b"hello")},
            data={"title": "Hello"},
            headers=self.members[org],
            timeout=60,
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def status(self, method: str, path: str, org: str = "acme", *, seconds: float) -> int | str:
        """The answer's status, or the name of what came instead."""
        try:
            return requests.request(
                method, self.site.address + path, headers=self.members[org], timeout=seconds
            ).status_code
        except requests.RequestException as error:
            return type(error).__name__

    def hook(self, name: str) -> dict[str, Any]:
        shown = requests.get(
            f"{self.site.address}/vault/site/plugins/Hanging", headers=self.operator, timeout=60
        ).json()
        return next(dict(each) for each in shown["hooks"] if each["hook"] == name)


@pytest.fixture
def clients(site: Site, tmp_path: Path) -> Clients:
    folder = tmp_path / "plugins" / "Hanging"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "Hanging.py").write_text(HANGING)
    document = json.loads(site.settings.read_text())
    document["Base"] |= {
        "active_plugins": ["Hanging"],
        "plugin_dirs": [str(folder.parent)],
        "hook_timeout_seconds": 1,
    }
    if document["Database"]["engine"] == "sqlite":
        document["Database"]["busy_timeout_seconds"] = 3
    site.settings.write_text(json.dumps(document))
    site.start(SERVE, VAULT_ADMIN_PASSWORD=PASSWORD)
    create = ("create_org", "acme", "--admin", "admin", "--password", PASSWORD)
    made = subprocess.run(
        [sys.executable, "manage.py", *create],
        cwd=ROOT,
        env=site.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert made.returncode == 0, made.stderr
    return Clients(site)


def web_processes(site: Site) -> set[int]:
    return {pid for pid in site.processes() if "web_program" in command_line(pid)}


@contextmanager
def asked_at_once(clients: Clients, method: str, paths: list[str]) -> Iterator[list["Future[int | str]"]]:
    """In the block, requests of demo's, each on a connection of its own, until each has an answer or its end."""
    with ThreadPoolExecutor(len(paths)) as pool:
        yield [pool.submit(clients.status, method, path, "demo", seconds=100) for path in paths]


def seconds_until_served(clients: Clients) -> float:
    """How long another organisation, and who asks whether the site lives, wait at most."""
    longest = 0.0
    for path in ("/vault/documents", "/vault/health/live"):
        began = time.monotonic()
        assert clients.status("GET", path, seconds=60) == 200
        longest = max(longest, time.monotonic() - began)
    return longest


def test_a_listener_that_hangs_keeps_nobody_else_waiting_and_is_switched_off(
    site: Site, clients: Clients
) -> None:
    documents = [f"/vault/documents/{clients.document('demo')}" for _ in range(AT_ONCE + 1)]
    paths = [f"{each}/archive" for each in documents]
    old, began = web_processes(site), time.monotonic()
    with asked_at_once(clients, "POST", [f"{each}/restore" for each in documents]) as asked:
        assert {each.result() for each in asked} == {409}
    burst = time.monotonic() - began  # of requests that do less, on this machine as it is now

    with asked_at_once(clients, "POST", paths[:AT_ONCE]) as asked:
        waited, answered = [], 0
        while answered < AT_ONCE - (THREADS - 2):
            waited.append(seconds_until_served(clients))
            answered = sum(each.done() for each in asked)
        assert max(waited) < SOON + burst, (waited, burst)
        assert seconds_until_served(clients) < SOON
        assert {each.result() for each in asked if each.done()} == {200}, site.output
        wait_until(lambda: "web is new." in site.output, seconds=120, what=f"web is replaced: {site.output}")
        wait_until(lambda: not any(map(is_alive, old)), seconds=60, what="the old processes are gone")
    assert "web HANGS: on_entity_archived of Hanging has not come back after 4 seconds in demo" in site.output
    [off] = clients.hook("on_entity_archived")["switched_off"]
    assert (off["organisation"], "has not come back" in off["reason"]) == ("demo", True)

    began = time.monotonic()
    assert clients.status("POST", paths[-1], "demo", seconds=60) == 200
    assert time.monotonic() - began < SOON
    assert site.output.count("web HANGS") == 1


def test_a_check_that_hangs_takes_the_site_away_for_a_while_only(site: Site, clients: Clients) -> None:
    paths = [f"/vault/documents/{clients.document('demo')}" for _ in range(AT_ONCE)]
    old = web_processes(site)
    with asked_at_once(clients, "DELETE", paths) as asked:
        wait_until(lambda: "web is new." in site.output, seconds=120, what=f"web is replaced: {site.output}")
        wait_until(lambda: not any(map(is_alive, old)), seconds=60, what="the old processes are gone")
        assert seconds_until_served(clients) < SOON
        assert clients.document("demo"), "nobody holds the organisation's database any more"
        answers = Counter(each.result() for each in asked)
    assert answers[503] >= AT_ONCE - THREADS, answers
    assert set(answers) <= {503, "ConnectionError"}
    assert {clients.status("GET", path, "demo", seconds=10) for path in paths} == {200}
    assert clients.hook("before_entity_delete")["switched_off"] == []
