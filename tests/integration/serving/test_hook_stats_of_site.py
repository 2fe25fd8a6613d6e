"""What hooks did is told for the whole site, whichever of its processes is asked and whatever becomes of the others."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.integration.serving.processes import is_alive, wait_until
from tests.integration.serving.test_site import SERVE, Site
from VaultPlatform.serving import control
from VaultPlatform.serving.generations import generations

pytestmark = [pytest.mark.timeout(300), pytest.mark.database_independent]

PASSWORD = "correct horse 9 battery"
FILES = {
    "plugin.yaml": 'name: Counting\nversion: "1.0"\n',
    "__init__.py": "",
    "Counting.py": """
import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class Counting:
    @hookimpl
    def on_entity_archived(self, entity_id):
        if entity_id == "bad":
            raise ValueError("not today")

    @hookimpl
    def collect_health_checks(self):
        return {}
""",
    "tasks.py": """
from celery import shared_task
from celery.signals import worker_init

from Plugins.plugin_manager import plugin_manager


@worker_init.connect
def fire_before_forks(**_):
    plugin_manager.hook.on_entity_archived(entity_type="thing", entity_id="good")


@shared_task(name="Counting.fire")
def fire():
    plugin_manager.hook.on_entity_archived(entity_type="thing", entity_id="good")
""",
    "urls.py": """
import os

from django.urls import path
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from Plugins.Counting.tasks import fire
from Plugins.plugin_manager import plugin_manager


class Firing(ModelAPIView):
    def get(self, request):
        return Response({"pid": os.getpid()})

    def post(self, request):
        for entity_id in request.data["here"]:
            plugin_manager.hook.on_entity_archived(entity_type="thing", entity_id=entity_id)
        for _ in range(request.data["tasks"]):
            fire.delay()
        return Response({"pid": os.getpid()})


urlpatterns = [path("Counting/fire", Firing.as_view())]
""",
}


class Counted:
    """A site with a plugin that fires hooks where it is told to, and those who ask."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.member = {**self._token("auth", {"Org": "demo"}, "admin"), "Org": "demo"}
        self.operator = self._token("site", {}, "operator")

    def _token(self, where: str, headers: dict[str, str], name: str) -> dict[str, str]:
        address, given = f"{self.site.address}/vault/{where}/token", {"username": name, "password": PASSWORD}
        answer = requests.post(address, json=given, headers=headers, timeout=60)
        return {"Authorization": f"JWT {answer.json()['access']}"}

    def sessions(self) -> dict[int, requests.Session]:
        """One connection to each web process, by its id."""
        found: dict[int, requests.Session] = {}

        def both() -> bool:
            session = requests.Session()
            pid = session.get(self._fire, headers=self.member, timeout=60).json()["pid"]
            found.setdefault(pid, session)
            return len(found) == 2

        wait_until(both, seconds=60, what="both web processes have answered")
        return found

    @property
    def _fire(self) -> str:
        return f"{self.site.address}/vault/Counting/fire"

    def fire(self, session: requests.Session, *here: str, tasks: int = 0) -> int:
        """Fire in the process that answers, and in workers; returns the id of the process."""
        given = {"here": here, "tasks": tasks}
        answer = session.post(self._fire, json=given, headers=self.member, timeout=60)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["pid"])

    def hook(self, session: requests.Session) -> dict[str, Any]:
        place = f"{self.site.address}/vault/site/plugins/Counting"
        hooks = session.get(place, headers=self.operator, timeout=60).json()["hooks"]
        return next(dict(each) for each in hooks if each["hook"] == "on_entity_archived")

    def calls(self, session: requests.Session) -> list[int]:
        """What each of the three places says, as one process answers."""
        scraped = session.get(f"{self.site.address}/metrics", headers=self.operator, timeout=60).text
        [sample] = re.findall(
            r'vault_hook_calls_total\{plugin="Counting",hook="on_entity_archived"\} (\d+)', scraped
        )
        place = f"{self.site.address}/vault/site/hooks?limit=200"
        hooks = session.get(place, headers=self.operator, timeout=60).json()["results"]
        [hook] = [each for each in hooks if each["name"] == "on_entity_archived"]
        [done] = [each for each in hook["implementations"] if each["plugin"] == "Counting"]
        return [self.hook(session)["calls"], int(sample), done["calls"]]

    def files(self) -> set[str]:
        return {path.name for each in generations(self.site.home) for path in each.folder.glob("*.hooks")}

    def all_say(self, number: int) -> dict[int, requests.Session]:
        """Wait until each web process tells of so many calls, everywhere."""
        sessions, said = self.sessions(), []

        def agreed() -> bool:
            said[:] = [number for session in sessions.values() for number in self.calls(session)]
            return set(said) == {number}

        try:
            wait_until(agreed, seconds=30, what=f"all say {number}")
        except AssertionError as error:
            raise AssertionError(f"{error}: they say {said}\n{self.site.output}") from error
        return sessions


@pytest.fixture
def counted(site: Site, tmp_path: Path) -> Iterator[Counted]:
    folder = tmp_path / "plugins" / "Counting"
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    document = json.loads(site.settings.read_text())
    document["Base"] |= {"active_plugins": ["Counting"], "plugin_dirs": [str(folder.parent)]}
    site.settings.write_text(json.dumps(document))
    site.start(SERVE, VAULT_ADMIN_PASSWORD=PASSWORD)
    return Counted(site)


def test_every_process_tells_of_the_calls_in_all_and_keeps_those_of_processes_that_end(
    counted: Counted,
) -> None:
    sessions = counted.sessions()
    assert {counted.fire(session, "good", "good") for session in sessions.values()} == set(sessions)
    counted.fire(next(iter(sessions.values())), "good", "bad", tasks=5)
    sessions = counted.all_say(12)  # and one of the worker itself
    for session in sessions.values():
        hook = counted.hook(session)
        assert (hook["errors"], hook["errors_by_organisation"]) == (1, {"demo": 1})
        assert hook["last_error"] == "ValueError: not today"
        assert "in on_entity_archived" in hook["traceback"]
        assert 0 < hook["p50_seconds"] <= hook["p99_seconds"]

    killed = next(iter(sessions))
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not is_alive(killed), seconds=10, what="the process is gone")
    sessions = counted.all_say(12)  # its successor, too
    assert killed not in sessions
    wait_until(
        lambda: not any(name.startswith(f"{killed}-") for name in counted.files()),
        seconds=30,
        what="its file has been added up",
    )
    counted.fire(sessions[min(sessions)], "good")
    counted.all_say(13)

    old = set(counted.files())
    answer = control.ask(counted.site.home, {"do": "reload"}, seconds=120)
    assert answer["ok"], answer
    wait_until(lambda: not old & counted.files(), seconds=60, what="the old processes are gone")
    wait_until(
        lambda: len(generations(counted.site.home)) == 3, seconds=60, what="the old ones are forgotten"
    )
    sessions = counted.all_say(14)  # and one of the new worker
    assert counted.hook(next(iter(sessions.values())))["last_error"] == "ValueError: not today"
