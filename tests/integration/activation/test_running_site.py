"""Switching plugins while web, worker and beat run: no request fails, all of them follow, and what fails is undone."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.integration.activation import plugins as made
from tests.integration.activation.load import Load
from tests.integration.activation.state import state_of
from tests.integration.activation.test_installing import zipped
from tests.integration.activation.test_zoo import ALONE
from tests.integration.host.sites import REPOSITORY, ZOO
from tests.integration.host.sites import Site as Outside
from tests.integration.host.test_broken_plugins import BROKEN, WELL
from tests.integration.serving.processes import wait_until
from tests.integration.serving.test_site import SERVE, Site
from VaultPlatform.activation.journal import Journal
from VaultPlatform.activation.reloading import running_plugins
from VaultPlatform.host.arrivals import NEXT

pytestmark = [pytest.mark.timeout(400), pytest.mark.database_independent]

PASSWORD = "correct horse 9 battery"
KILLED = Path(__file__).with_name("killed_program.py")
#: Loads where it is tried, and not where it is to serve.
FAILS_IN_WEB = (
    'import os\n\nif "/web-" in os.environ.get("VAULT_GENERATION", ""):\n    raise OSError("not in here")\n'
)
FAILS_IN_WORKER = FAILS_IN_WEB.replace("/web-", "/worker-")


class Running:
    """A site that runs, its clients, and the folder that its plugins are in."""

    def __init__(self, site: Site, plugins: Path) -> None:
        self.site, self.plugins = site, plugins
        self.session = requests.Session()

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._run("manage.py", *words)

    def killed(self, stage: str, name: str) -> None:
        done = self._run(str(KILLED), stage, name)
        assert done.returncode == -signal.SIGKILL, done.stderr

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **self.site.environment(),
            "PYTHONPATH": str(REPOSITORY),
            "DJANGO_SETTINGS_MODULE": "NimbusVault.settings",
        }
        return subprocess.run(
            [sys.executable, *words],
            cwd=REPOSITORY,
            env=environment,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        return requests.request(
            method, self.site.address + path, timeout=60, headers=more.pop("headers", self.operator()), **more
        )

    def operator(self) -> dict[str, str]:
        given = {"username": "operator", "password": PASSWORD}
        answer = requests.post(self.site.address + "/vault/site/token", json=given, timeout=60)
        return {"Authorization": f"JWT {answer.json()['access']}"}

    def member(self) -> dict[str, str]:
        given = {"username": "admin", "password": PASSWORD}
        answer = requests.post(
            self.site.address + "/vault/auth/token", json=given, headers={"Org": "demo"}, timeout=60
        )
        return {"Authorization": f"JWT {answer.json()['access']}", "Org": "demo"}

    def status(self, path: str) -> int:
        return self.ask("GET", path, headers=self.member()).status_code

    def works(self, name: str) -> None:
        """See that a plugin of `write_busy` hears of a sign-in, and that its route's task is done by the worker."""
        heard, tidied = (self.site.home / f"{name}.{what}" for what in ("heard", "tidied"))
        for path in (heard, tidied):
            path.unlink(missing_ok=True)
        answer = self.ask("POST", f"/vault/{name}/tidying", headers=self.member(), json={})
        assert answer.status_code == 202, (name, answer.text)
        wait_until(lambda: heard.exists() and tidied.exists(), seconds=30, what=f"{name} heard and tidied")
        assert "/worker-" in tidied.read_text()

    def everywhere(self, name: str) -> list[str]:
        """The plugin's state in each process of web, worker and beat."""
        return [each.get(name, ["unknown"])[0] for each in running_plugins(self.site.home)]

    def listed(self, name: str) -> set[tuple[str | None, str | None]]:
        """State and version of the plugin, as the processes that answer list it, None if they do not."""
        found, headers = set(), self.operator()
        for _ in range(10):
            answer = self.ask("GET", "/vault/site/plugins?limit=200", headers=headers).json()
            [shown] = [each for each in answer["results"] if each["name"] == name] or [{}]
            found.add((shown.get("state"), shown.get("version")))
        return found

    def waiting(self, *names: str) -> dict[str, set[str | None]]:
        """What waits for each plugin, as operators and members are told by the processes that answer."""
        found: dict[str, set[str | None]] = {name: set() for name in names}
        for path, headers in (("/vault/site/plugins", self.operator()), ("/vault/plugins", self.member())):
            for _ in range(5):
                answer = self.ask("GET", f"{path}?limit=200", headers=headers).json()
                for shown in answer["results"]:
                    if shown["name"] in found:
                        found[shown["name"]].add(shown["load_status"]["waiting"])
        return found

    def state(self) -> dict[str, Any]:
        return state_of(Outside(home=self.site.settings.parent)) | {
            "settings": self.site.settings.read_bytes(),
            "folder": [],
        }

    def activated(self, answer: requests.Response) -> dict[str, Any]:
        """The activation that was asked for, once it is over."""
        assert answer.status_code == 202, answer.text
        place, shown = f"/vault/site/activations/{answer.json()['id']}", answer.json()
        deadline = time.monotonic() + 120
        while not shown["over"]:
            assert time.monotonic() < deadline, shown
            time.sleep(0.3)
            shown = self.ask("GET", place).json()
        return dict(shown)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("running")
    plugins = folder / "plugins"
    plugins.mkdir()
    base = {"active_plugins": ["Bookmarks_Plugin", "Witness"], "plugin_dirs": ["plugins", str(ZOO)]}
    site = Site(folder, {"Base": base})
    (folder / "home").mkdir()
    (folder / "var").symlink_to(folder / "home")
    (folder / "VaultSettings.json").symlink_to(site.settings)
    site.start(SERVE, VAULT_ADMIN_PASSWORD=PASSWORD)
    yield Running(site, plugins)
    if not site.has_ended():
        site.end(signal.SIGTERM)


def test_no_request_fails_while_a_plugin_goes_on_and_off_and_every_process_follows(running: Running) -> None:
    made.write_good(running.plugins, "Lively")
    with Load(running.site.port) as load:
        done = running.manage("plugins", "enable", "Lively", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["notes"] == []
        assert running.everywhere("Lively") == ["on"] * 4
        assert running.status("/vault/Lively/ping") == 200

        off = running.activated(running.ask("POST", "/vault/site/plugins/Lively/disable", json={}))
        assert (off["state"], off["switched_off"], off["reason"]) == ("done", ["Lively"], None)
        assert off["actor"]["kind"] == "operator"
        assert running.everywhere("Lively") == ["off"] * 4
        assert running.status("/vault/Lively/ping") == 404
        time.sleep(4)  # the old ones leave
    assert load.failures == []
    assert set(load.answers) == {200}
    assert sum(load.answers.values()) > 500

    trail = "/vault/site/audit?limit=1&action=plugin."
    entered = {each: running.ask("GET", trail + each).json()["results"] for each in ("disabled", "enabled")}
    assert entered["disabled"][0]["actor"]["name"] == "operator"
    assert entered["enabled"][0]["entity_id"] == "Lively"


def test_rest_says_at_once_what_cannot_be(running: Running) -> None:
    made.write(running.plugins, "Needy", needs="Missing_Plugin")
    answer = running.ask("POST", "/vault/site/plugins/Nowhere/enable", json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    answer = running.ask("POST", "/vault/site/plugins/Needy/enable", json={})
    assert answer.status_code == 409
    assert "Needy needs the plugin Missing_Plugin, which is not there" in answer.json()["msg"]
    assert running.ask("GET", "/vault/site/activations/none").status_code == 404


def test_what_was_edited_by_hand_is_shown_beside_what_runs_until_it_is_applied(running: Running) -> None:
    for name in ("Altered", "Added", "Leaving"):
        made.write(running.plugins, name)
    done = running.manage("plugins", "enable", "Altered", "Leaving")
    assert done.returncode == 0, done.stderr
    assert "running site" not in running.manage("plugins", "list").stdout
    names = ("Altered", "Added", "Leaving", "Witness")
    assert running.waiting(*names) == {name: {None} for name in names}

    document = json.loads(running.site.settings.read_text())
    document["Base"]["active_plugins"].remove("Leaving")
    document["Base"]["active_plugins"].append("Added")
    running.site.settings.write_text(json.dumps(document))
    (running.plugins / "Altered" / "plugin.yaml").write_text('version: "2.0"\n')
    listed = running.manage("plugins", "list").stdout
    assert {
        "Altered on 2.0 * the running site has version 1.0",
        "Added on 1.0 * the running site has it off",
        "Leaving off 1.0 * the running site has version 1.0 on",
    } <= {" ".join(line.split()) for line in listed.splitlines()}, listed
    assert listed.endswith("\n* `manage.py plugins apply` has the running site load what is listed here.\n")
    assert running.waiting(*names) == {
        "Altered": {f"version 2.0 lies there by now; it is loaded with {NEXT}"},
        "Added": {f"it is in Base.active_plugins by now; it is loaded with {NEXT}"},
        "Leaving": {f"it is in Base.active_plugins no more; it goes with {NEXT}"},
        "Witness": {None},
    }

    done = running.manage("plugins", "apply")
    assert done.returncode == 0, done.stderr
    assert "running site" not in running.manage("plugins", "list").stdout
    assert running.waiting(*names) == {name: {None} for name in names}
    assert running.everywhere("Added") == ["on"] * 4


def test_a_plugin_that_fails_only_where_it_is_to_serve_is_undone_with_its_tables(running: Running) -> None:
    made.write_good(running.plugins, "Shy", **{"__init__.py": FAILS_IN_WEB})
    before = running.state()
    with Load(running.site.port) as load:
        over = running.activated(running.ask("POST", "/vault/site/plugins/Shy/enable", json={}))
    assert over["state"] == "undone"
    assert "Shy is failed in a new process, stage import: OSError: not in here" in over["reason"]
    assert load.failures == []
    assert running.state() == before
    assert running.everywhere("Shy") == ["off"] * 4


@pytest.mark.skipif("VAULT_TEST_ZOO" not in os.environ, reason="long: set VAULT_TEST_ZOO=1")
@pytest.mark.parametrize("stage", ["migrating", "reloading", "told"])
def test_what_was_killed_is_taken_back_by_the_site_itself(running: Running, stage: str) -> None:
    name = f"Cut_{stage}"
    made.write_good(running.plugins, name)
    before = running.state()
    running.killed(stage, name)
    left = Journal(running.site.home).unfinished()
    assert [entry.names for entry in left] == [[name]]

    over = left[0].id
    wait_until(lambda: Journal(running.site.home).find(over).is_over, seconds=120, what="it is taken back")
    assert Journal(running.site.home).find(over).state == "undone"
    assert running.state() == before
    assert set(running.everywhere(name)) <= {"off", "unknown"}
    assert running.status(f"/vault/{name}/ping") == 404


@pytest.mark.skipif("VAULT_TEST_ZOO" not in os.environ, reason="long: set VAULT_TEST_ZOO=1")
def test_a_plugin_that_fails_in_the_worker_is_undone_though_the_web_server_had_it(running: Running) -> None:
    made.write_good(running.plugins, "Lazy", **{"__init__.py": FAILS_IN_WORKER})
    before = running.state()
    with Load(running.site.port) as load:
        done = running.manage("plugins", "enable", "Lazy")
    assert "Lazy is failed in a new process" in done.stderr
    assert load.failures == []
    assert running.state() == before
    assert running.everywhere("Lazy") == ["off"] * 4


@pytest.mark.skipif("VAULT_TEST_ZOO" not in os.environ, reason="long: set VAULT_TEST_ZOO=1")
def test_a_site_that_is_killed_in_the_middle_starts_with_the_old_list_and_says_so(running: Running) -> None:
    made.write_good(running.plugins, "Doomed")
    before = running.state()
    asked = running.ask("POST", "/vault/site/plugins/Doomed/enable", json={}).json()
    journal = running.site.home / "activation" / f"{asked['id']}.json"
    wait_until(lambda: '"reloading"' in journal.read_text(), seconds=60, what="the site is being reloaded")
    running.site.end(signal.SIGKILL)

    running.site.start(SERVE, VAULT_ADMIN_PASSWORD=PASSWORD)
    assert "(enable Doomed) was killed at the stage" in running.site.output
    assert running.state() == before
    assert running.everywhere("Doomed") == ["off"] * 4


def test_a_plugin_is_brought_switched_on_updated_and_taken_away_over_rest(
    running: Running, tmp_path: Path
) -> None:
    def package(version: str, **files: str) -> dict[str, Any]:
        folder = made.write_good(tmp_path / version, "Remote", version=version, **files)
        return {"file": ("some.zip", zipped(folder, tmp_path / f"{version}.zip").read_bytes())}

    before = running.state()["databases"]
    brought = running.ask("POST", "/vault/site/plugins/install", files=package("1.0"))
    assert (brought.status_code, brought.json()["version"]) == (201, "1.0")
    assert running.listed("Remote") == {("off", "1.0")}
    assert running.status("/vault/Remote/ping") == 404
    on = running.activated(running.ask("POST", "/vault/site/plugins/Remote/enable", json={}))
    assert (on["state"], running.status("/vault/Remote/ping")) == ("done", 200)

    failing = package("2.0", **{"views.py": "", "Remote.py": "raise OSError('not today')\n"})
    over = running.activated(running.ask("POST", "/vault/site/plugins/update", files=failing))
    assert (over["state"], "not today" in over["reason"]) == ("refused", True)
    over = running.activated(running.ask("POST", "/vault/site/plugins/update", files=package("3.0")))
    assert (over["state"], over["action"], over["actor"]["name"]) == ("done", "update", "operator")
    answer = running.ask("GET", "/vault/Remote/ping", headers=running.member())
    assert answer.json()["msg"] == "Remote 3.0"

    plan = running.ask("GET", "/vault/site/plugins/Remote/uninstall").json()
    assert (plan["on"], plan["organisations"], plan["unknown"]) == (True, {"demo": 0}, None)
    gone = running.activated(
        running.ask("POST", "/vault/site/plugins/Remote/uninstall", json={"rows": "drop"})
    )
    assert (gone["state"], gone["reason"], gone["switched_off"]) == ("done", None, ["Remote"])
    assert running.status("/vault/Remote/ping") == 404
    assert running.state()["databases"] == before
    assert not [path for path in (running.site.home / "activation").iterdir() if path.suffix == ".package"]
    assert list((running.site.home / "plugins").iterdir()) == []


def test_what_the_command_line_installs_updates_and_takes_away_is_listed_as_it_is_at_once(
    running: Running, tmp_path: Path
) -> None:
    for verb, version in (("install", "1.0"), ("update", "2.0")):
        folder = made.write_good(tmp_path / version, "Local", version=version)
        done = running.manage("plugins", verb, str(folder))
        assert done.returncode == 0, done.stderr
        assert running.listed("Local") == {("off", version)}
    assert running.manage("plugins", "uninstall", "Local", "--keep").returncode == 0
    assert running.listed("Local") == {(None, None)}


#: So many parts, each with a load of its own: `-k` takes some of them.
PARTS = 6
#: What is said of these before they are tried, or in place of what is said where all the others are on, too.
OTHERWISE = {
    "Absent_Plugin": "There is no plugin Absent_Plugin",
    "CircleOne": "CircleOne cannot do without CircleTwo, which is off",
    "CircleTwo": "CircleTwo cannot do without CircleOne, which is off",
    "RequiresFailed": "RequiresFailed cannot do without InitRaises, which is off",
    "RequiresLate": "RequiresLate cannot do without LateFailure, which is off",
    "RequiresNobody": "RequiresNobody needs the plugin Nobody_Plugin, which is not there",
    "RequiresOff": "RequiresOff cannot do without Bystander, which is off",
    "MigrationRaises": "its migrations failed in template: LookupError: no notes to begin with",
}


def told(what: str, load: Load, plugins: int, began: float) -> None:
    """For whoever runs it with `-s`."""
    print(
        f"\n{what}: {sum(load.answers.values())} requests, {len(load.failures)} failed, {load.again} sent again,"
        f" {plugins} plugins, {time.monotonic() - began:.0f} s"
    )


def words_about(name: str) -> str:
    if name in OTHERWISE:
        return OTHERWISE[name]
    expected = ALONE.get(name, BROKEN[name])
    return expected[1] if expected else f"{name} cannot be switched on: stage "


@pytest.mark.timeout(1800)
@pytest.mark.skipif("VAULT_TEST_ZOO" not in os.environ, reason="long: set VAULT_TEST_ZOO=1")
@pytest.mark.parametrize("part", range(PARTS))
def test_no_broken_plugin_of_the_zoo_changes_a_site_that_serves(running: Running, part: int) -> None:
    names, began, unlike = sorted(BROKEN)[part::PARTS], time.monotonic(), {}
    before, shown = running.state(), running_plugins(running.site.home)
    with Load(running.site.port) as load:
        for name in names:
            done = running.manage("plugins", "enable", name)
            assert done.returncode == 1, (name, done.stdout, done.stderr)
            if words_about(name) not in done.stderr:
                unlike[name] = done.stderr
            assert running.state() == before, name
            assert running_plugins(running.site.home) == shown, name
    told(f"broken plugins, part {part}", load, len(names), began)
    assert unlike == {}
    assert (load.failures, set(load.answers)) == ([], {200})
    assert load.answers[200] > 25 * (time.monotonic() - began)


@pytest.mark.timeout(1800)
@pytest.mark.skipif("VAULT_TEST_ZOO" not in os.environ, reason="long: set VAULT_TEST_ZOO=1")
def test_ten_plugins_go_on_one_after_the_other_with_their_routes_hooks_and_tasks(running: Running) -> None:
    names, began = [f"Busy{number}" for number in range(10)], time.monotonic()
    with Load(running.site.port) as load:
        for name in names:
            made.write_busy(running.plugins, name)
            done = running.manage("plugins", "enable", name)
            assert done.returncode == 0, done.stderr
            assert running.everywhere(name) == ["on"] * 4
            running.works(name)
        for name in names:
            assert running.everywhere(name) == ["on"] * 4
            running.works(name)
        time.sleep(4)  # the old ones leave
    told("good plugins", load, len(names), began)
    assert (load.failures, set(load.answers)) == ([], {200})


@pytest.mark.timeout(1800)
@pytest.mark.skipif("VAULT_TEST_ZOO" not in os.environ, reason="long: set VAULT_TEST_ZOO=1")
def test_the_plugins_of_the_zoo_that_are_well_go_on_and_off(running: Running) -> None:
    names, began = sorted({*WELL, "Bystander"} - {"Witness"}), time.monotonic()
    with Load(running.site.port) as load:
        for name in names:
            for action, state in (("enable", "on"), ("disable", "off")):
                done = running.manage("plugins", action, name)
                assert done.returncode == 0, (name, done.stderr)
                assert running.everywhere(name) == [state] * 4, name
        time.sleep(4)  # the old ones leave
    told("plugins of the zoo that are well", load, len(names), began)
    assert (load.failures, set(load.answers)) == ([], {200})
