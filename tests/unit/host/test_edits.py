"""What is shown of plugins whose list, or whose manifest, was edited by hand while the process runs."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.host.test_arrivals import manifest, record, waiting
from tests.unit.host.test_inventory import plugin
from VaultPlatform.host.arrivals import NEXT
from VaultPlatform.host.edits import Edits
from VaultPlatform.host.status import PluginRecord

pytestmark = pytest.mark.database_independent


class Process:
    """One that has loaded the plugin First, and knows of Second, which is off."""

    def __init__(self, folder: Path, *, installed: Path | None = None) -> None:
        self.settings = folder / "VaultSettings.json"
        self.list("First")
        self.first = plugin(folder / "plugins", "First", **manifest("1"))
        self.records = {"First": record(self.first), "Second": PluginRecord(name="Second")}
        self.edits = Edits(self.settings, installed=installed, loaded=[self.records["First"]])

    def list(self, *names: str) -> None:
        self.settings.write_text(json.dumps({"Base": {"active_plugins": names}}))

    def waiting(self, configured: Sequence[str] = ("First",)) -> dict[str, str | None]:
        self.edits.look(self.records, configured=configured)
        return waiting(self.records)


@pytest.fixture
def process(tmp_path: Path) -> Process:
    return Process(tmp_path)


NOTHING = {"First": None, "Second": None}
MORE = f"it is in Base.active_plugins by now; it is loaded with {NEXT}"
NO_MORE = f"it is in Base.active_plugins no more; it goes with {NEXT}"


def test_of_what_is_as_it_was_nothing_is_said(process: Process) -> None:
    assert process.waiting() == NOTHING


def test_the_list_may_have_others_by_now_and_be_put_back(process: Process) -> None:
    process.list("First", "Second")
    assert process.waiting() == {**NOTHING, "Second": MORE}
    process.list("Second")
    assert process.waiting() == {"First": NO_MORE, "Second": MORE}
    process.list("First")
    assert process.waiting() == NOTHING


def test_a_list_that_was_not_edited_is_what_was_loaded(process: Process) -> None:
    """Whatever the process was told to load."""
    assert process.waiting(configured=["First", "Second"]) == NOTHING


def test_a_list_without_an_entry_in_the_file_is_empty(process: Process) -> None:
    process.settings.write_text("{}")
    assert process.waiting() == {**NOTHING, "First": NO_MORE}


@pytest.mark.parametrize("text", ["{", "[]", '{"Base": []}', '{"Base": {"active_plugins": {"$file": "x"}}}'])
def test_of_a_file_that_cannot_be_used_nothing_is_said(process: Process, text: str) -> None:
    process.settings.write_text(text)
    assert process.waiting() == NOTHING
    process.settings.unlink()
    assert process.waiting() == NOTHING


def test_another_version_in_its_place_is_said(process: Process) -> None:
    path = process.first / "plugin.yaml"
    path.write_text('version: "1"\ntitle: Changed\n')
    assert process.waiting() == NOTHING
    path.write_text('version: "2"\n')
    assert process.waiting() == {**NOTHING, "First": f"version 2 lies there by now; it is loaded with {NEXT}"}
    path.write_text("unknown: key\n")
    assert "it fails" in (process.waiting()["First"] or "")
    shutil.rmtree(process.first)
    assert process.waiting()["First"] == f"its files are gone; it goes with {NEXT}"


def test_records_that_take_the_place_of_others_say_it_too(process: Process) -> None:
    process.list("First", "Second")
    process.waiting()
    process.records = {**process.records, "Second": PluginRecord(name="Second")}
    assert process.waiting()["Second"] == MORE


def test_of_installed_plugins_only_the_list_is_looked_at(tmp_path: Path) -> None:
    process = Process(tmp_path, installed=tmp_path / "plugins")
    (process.first / "plugin.yaml").write_text('version: "2"\n')
    assert process.waiting() == NOTHING
    process.list()
    assert process.waiting()["First"] == NO_MORE


def test_a_host_without_a_settings_file_has_none_edited(tmp_path: Path) -> None:
    loaded = record(plugin(tmp_path, "First", **manifest("1")))
    edits = Edits(None, installed=None, loaded=[loaded])
    (tmp_path / "First" / "plugin.yaml").write_text('version: "2"\n')
    edits.look({"First": loaded}, configured=["First"])
    assert "version 2" in loaded.edited
