"""What is shown of plugins that come, change and go while the process runs."""

import shutil
from pathlib import Path

import pytest

from tests.unit.host.test_inventory import plugin
from VaultPlatform.host.arrivals import NEXT, Arrivals
from VaultPlatform.host.inventory import find_plugins
from VaultPlatform.host.manifest import read_manifest
from VaultPlatform.host.status import PluginRecord

pytestmark = pytest.mark.database_independent


def manifest(version: str) -> dict[str, str]:
    return {"plugin.yaml": f'version: "{version}"\n'}


def record(folder: Path, *, kind: str = "folder") -> PluginRecord:
    found = (
        find_plugins(folder.parent)
        if kind == "repository"
        else find_plugins(folder.parent / "none", folders=[folder.parent])
    )
    return PluginRecord(
        name=folder.name, source=found.sources[folder.name], manifest=read_manifest(folder), state="on"
    )


def reasons(records: dict[str, PluginRecord]) -> dict[str, str | None]:
    return {name: each.shown(required_by=[]).reason for name, each in records.items()}


def waiting(records: dict[str, PluginRecord]) -> dict[str, str | None]:
    return {name: each.shown(required_by=[]).waiting for name, each in records.items()}


def test_a_look_at_what_is_as_it_was_finds_nothing(tmp_path: Path) -> None:
    plugin(tmp_path / "plugins", "First")
    arrivals = Arrivals(tmp_path / "plugins")
    assert not arrivals.changed()
    assert not Arrivals(None).changed()


def test_the_folder_may_come_later(tmp_path: Path) -> None:
    arrivals = Arrivals(tmp_path / "plugins")
    assert not arrivals.changed()
    plugin(tmp_path / "plugins", "First", **manifest("1.5"))
    assert arrivals.changed()
    assert not arrivals.changed()

    [shown] = [each.shown(required_by=[]) for each in arrivals.records({}, configured=[]).values()]
    assert (shown.name, shown.version, shown.state, shown.reason) == ("First", "1.5", "off", None)
    assert shown.source == str(tmp_path / "plugins" / "First")


def test_another_version_in_the_place_of_one_that_is_off_is_shown(tmp_path: Path) -> None:
    folder = plugin(tmp_path / "plugins", "First", **manifest("1"))
    arrivals = Arrivals(folder.parent)
    before = arrivals.records({}, configured=[])

    new = plugin(tmp_path / "new", "First", **manifest("2"))
    folder.rename(tmp_path / "old")
    new.rename(folder)

    assert arrivals.changed()
    assert arrivals.records(before, configured=[])["First"].version == "2"


def test_of_one_that_is_on_it_is_said_what_waits(tmp_path: Path) -> None:
    folder = plugin(tmp_path / "plugins", "First", **manifest("1"))
    loaded = {
        "First": record(folder),
        "Awaited": PluginRecord(name="Awaited", state="absent", reason="no folder"),
    }
    arrivals = Arrivals(folder.parent)

    (folder / "plugin.yaml").write_text('version: "2"\n')
    plugin(folder.parent, "Awaited", **manifest("3"))
    now = arrivals.records(loaded, configured=["First", "Awaited"])
    assert (now["First"].version, now["First"].state) == ("1", "on")
    assert waiting(now) == {
        "First": f"version 2 is installed; it is loaded with {NEXT}",
        "Awaited": f"version 3 is installed; it is loaded with {NEXT}",
    }
    assert reasons(now) == {"First": None, "Awaited": "no folder"}

    shutil.rmtree(folder)
    now = arrivals.records(now, configured=["First", "Awaited"])
    assert waiting(now)["First"] == f"its files are gone; it goes with {NEXT}"

    plugin(folder.parent, "First", **manifest("1"))
    assert waiting(arrivals.records(now, configured=["First"]))["First"] is None


def test_plugins_of_other_places_stay_as_they_are(tmp_path: Path) -> None:
    other = record(plugin(tmp_path / "Plugins", "Twin", **manifest("1")), kind="repository")
    plugin(tmp_path / "plugins", "Twin", **manifest("2"))
    for configured in ([], ["Twin"]):
        now = Arrivals(tmp_path / "plugins").records({"Twin": other}, configured=configured)
        assert (now["Twin"] is other, waiting(now)) == (True, {"Twin": None})


def test_one_that_is_taken_away_is_shown_no_more(tmp_path: Path) -> None:
    folder = plugin(tmp_path / "plugins", "First")
    arrivals = Arrivals(folder.parent)
    before = arrivals.records({}, configured=[])
    shutil.rmtree(folder)
    assert (list(before), arrivals.changed()) == (["First"], True)
    assert arrivals.records(before, configured=[]) == {}


def test_one_whose_manifest_cannot_be_read_or_whose_name_cannot_be_is_shown_with_the_reason(
    tmp_path: Path,
) -> None:
    plugin(tmp_path / "plugins", "Torn", **{"plugin.yaml": "versoin: 1\n"})
    plugin(tmp_path / "plugins", "json")
    now = reasons(Arrivals(tmp_path / "plugins").records({}, configured=[]))
    assert "versoin" in (now["Torn"] or "")
    assert "of Python's standard library" in (now["json"] or "")
