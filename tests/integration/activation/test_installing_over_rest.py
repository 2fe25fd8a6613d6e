"""Operators bring plugins and have them taken away: what is done at once, what is refused, and by which words."""

import fcntl
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.clients import Client, Clients
from tests.integration.budgets.stage import package_of, served
from VaultManagement.Installations import packages
from VaultPlatform.activation.journal import Journal

PLUGINS = "/vault/site/plugins"


class Desk:
    """An operator, and what is removed when the test is over."""

    def __init__(self, operator: Client, at_the_end: ExitStack) -> None:
        self.operator, self.at_the_end = operator, at_the_end
        self.home = Path(settings.VAULT_HOME)
        self._lay_about = self._lying_about()

    def send(self, verb: str, name: str = "", *, file: Any = None, **headers: str) -> Any:
        form = {"file": file} if file else package_of(name, at_the_end=self.at_the_end)
        return self.operator.post(f"{PLUGINS}/{verb}", form, format="multipart", headers=headers)

    def folder(self, name: str) -> Path:
        return self.home / "plugins" / name

    def left(self) -> list[str]:
        """Files of uploads, and of what was asked for, that lie about and did not before."""
        return sorted(self._lying_about() - self._lay_about)

    def _lying_about(self) -> set[str]:
        found = [*(self.home / "imports").glob("*"), *(self.home / "activation").glob("*")]
        return {
            path.name for path in found if path.suffix not in {".json", ""} or path.parent.name == "imports"
        }

    def actions(self, name: str) -> list[tuple[str, str]]:
        rows = self.operator.get(f"/vault/site/audit?entity_id={name}").json()["results"]
        return [(row["action"], row["actor"]["kind"]) for row in rows]


@pytest.fixture
def desk(org: Any, clients: Clients) -> Iterator[Desk]:
    with ExitStack() as at_the_end:
        yield Desk(clients.operator_client(), at_the_end)


@pytest.fixture
def name() -> str:
    return f"Brought_{uuid4().hex[:8]}"


def refused(answer: Any, status: int, words: str) -> None:
    assert (answer.status_code, words in answer.json()["msg"]) == (status, True), answer.content


def test_a_plugin_is_installed_at_once_and_entered_with_the_operator(desk: Desk, name: str) -> None:
    answer = desk.send("install", name)
    assert (answer.status_code, answer.json()) == (201, {"name": name, "version": "0", "notes": []})
    assert [path.name for path in desk.folder(name).iterdir()] == ["__init__.py"]
    assert desk.actions(name) == [("plugin.installed", "operator")]
    shown = desk.operator.get(f"{PLUGINS}/{name}").json()
    assert (shown["state"], shown["version"], shown["source"]) == ("off", "0", str(desk.folder(name)))
    assert desk.left() == []
    refused(desk.send("install", name), 409, f"There is a plugin {name} already")


@pytest.mark.database_independent
def test_what_is_no_plugin_is_refused_with_the_reason(desk: Desk) -> None:
    outside = io.BytesIO()
    with tarfile.open(fileobj=outside, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../outside.py"))
    for content, words in (
        (b"no archive", "no folder, zip file, wheel or tar file"),
        (outside.getvalue(), "would lie outside of its folder"),
        (b"", "no folder, zip file, wheel or tar file"),
    ):
        for verb in ("install", "update"):
            served(desk, "")
            refused(desk.send(verb, file=SimpleUploadedFile("some.tar", content)), 400, words)
    text = desk.operator.post(f"{PLUGINS}/install", {"file": "text"}, format="multipart")
    refused(text, 400, "send it as a file")
    nothing = desk.operator.post(f"{PLUGINS}/install", {}, format="multipart")
    refused(nothing, 400, "Send the package as the multipart part 'file'")
    assert desk.operator.post(f"{PLUGINS}/install", {}).status_code == 415
    assert desk.left() == []


@pytest.mark.database_independent
def test_a_package_that_is_too_large_is_refused_and_nothing_of_it_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "MAX_BYTES", 1000)
    answer = desk.send("install", file=SimpleUploadedFile("a.zip", b"x" * 1001))
    refused(answer, 413, "larger than the 1000 bytes")
    assert desk.left() == []


@pytest.mark.database_independent
def test_install_and_update_are_no_names_of_plugins(desk: Desk) -> None:
    for word in ("install", "update"):
        assert desk.operator.get(f"{PLUGINS}/{word}").status_code == 405
        refused(desk.send("install", word), 400, "cannot be a plugin's name")


@pytest.mark.database_independent
def test_only_operators_may(desk: Desk, clients: Clients, org: Any, name: str) -> None:
    form = package_of(name, at_the_end=desk.at_the_end)
    member = clients.client_for(org)
    assert member.post(f"{PLUGINS}/install", form, format="multipart").status_code in {401, 403}
    assert member.get(f"{PLUGINS}/Bookmarks_Plugin/uninstall").status_code in {401, 403}
    assert not desk.folder(name).exists()


def test_an_update_is_left_with_the_supervisor_or_refused_at_once(desk: Desk, name: str) -> None:
    refused(desk.send("update", name), 409, "is not run by `manage.py serve`")
    served(desk, "")
    refused(desk.send("update", name), 404, f"There is no plugin {name} here")
    refused(desk.send("update", "Bookmarks_Plugin"), 409, "does not come from an installation")

    assert desk.send("install", name).status_code == 201
    answer = desk.send("update", name)
    shown = answer.json()
    assert (answer.status_code, shown["state"], shown["action"], shown["names"]) == (
        202,
        "asked",
        "update",
        [name],
    )
    (request,) = (desk.home / "serving").glob(f"{shown['id']}.request")
    desk.at_the_end.callback(request.unlink)
    words = json.loads(request.read_text())["words"]
    assert words[0] == "update"
    assert Path(words[1]).read_bytes() == package_of(name, at_the_end=desk.at_the_end)["file"].read()
    desk.at_the_end.callback(Path(words[1]).unlink)
    assert f'"name": "{desk.operator.username}"' in words[3]


def test_what_goes_is_shown_before_it_goes(desk: Desk, name: str) -> None:
    assert desk.operator.get(f"{PLUGINS}/{name}/uninstall").status_code == 404
    assert desk.send("install", name).status_code == 201
    plan = desk.operator.get(f"{PLUGINS}/{name}/uninstall").json()
    assert (plan["name"], plan["on"], plan["installed"], plan["files"]) == (name, False, True, 1)
    assert plan["folder"] == str(desk.folder(name))


def test_an_uninstallation_is_left_with_the_supervisor_or_refused_at_once(desk: Desk, name: str) -> None:
    needing = f"{name}_Needing"
    path = f"{PLUGINS}/{name}/uninstall"
    assert desk.send("install", name).status_code == 201
    refused(desk.operator.post(path, {"rows": "drop"}), 409, "is not run by `manage.py serve`")
    served(desk, "")
    refused(
        desk.operator.post(f"{PLUGINS}/Nowhere/uninstall", {"rows": "keep"}),
        404,
        "There is no plugin Nowhere",
    )
    refused(desk.operator.post(path, {"rows": "burn"}), 400, "burn")
    refused(desk.operator.post(path, {}), 400, "rows")

    assert desk.send("install", needing).status_code == 201
    desk.folder(needing).joinpath("plugin.yaml").write_text(
        f"name: {needing}\nrequires:\n  plugins:\n    {name}: ''\n"
    )
    refused(desk.operator.post(path, {"rows": "keep"}), 409, f"{needing} cannot do without {name}")
    desk.folder(needing).joinpath("plugin.yaml").unlink()

    answer = desk.operator.post(path, {"rows": "export"})
    shown = answer.json()
    assert (answer.status_code, shown["state"], shown["action"]) == (202, "asked", "uninstall")
    (request,) = (desk.home / "serving").glob(f"{shown['id']}.request")
    desk.at_the_end.callback(request.unlink)
    assert json.loads(request.read_text())["words"][:3] == ["uninstall", name, "--export"]


@pytest.mark.database_independent
def test_while_plugins_are_switched_nothing_is_installed_and_nothing_taken_back(
    desk: Desk, name: str
) -> None:
    folder = desk.home / "activation"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(desk.send("install", name), 409, "Another process is switching plugins")
    killed = folder / "29990101T000000-killed.json"
    killed.write_text(json.dumps({"id": killed.stem, "action": "enable", "state": "migrating"}))
    try:
        refused(desk.send("install", name), 409, "killed half-way")
        found = Journal(desk.home).find(killed.stem)
        assert found is not None and found.state == "migrating"
    finally:
        killed.unlink()
    assert desk.send("install", name).status_code == 201
