"""What a running site has loaded, beside what a process that is started now would."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from VaultPlatform.activation.comparing import compare_with_running
from VaultPlatform.host.manifest import Manifest
from VaultPlatform.host.status import PluginRecord, State
from VaultPlatform.serving.generations import Generation, serving_folder
from VaultPlatform.serving.home import only_one_in

pytestmark = pytest.mark.database_independent

Loaded = tuple[State, str]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The folder of a site that runs."""
    with only_one_in(tmp_path):
        yield tmp_path


def reported(home: Path, program: str, **plugins: Loaded) -> Path:
    """The report of a process of `program`."""
    path = Generation(serving_folder(home) / f"{program}-1").folder / "1.json"
    said = {
        "plugins": {name: [state, None, None] for name, (state, _) in plugins.items()},
        "versions": {name: version for name, (_, version) in plugins.items()},
    }
    path.write_text(json.dumps(said))
    return path


def fresh(**plugins: Loaded) -> list[dict[str, Any]]:
    """As a process that is started now has them."""
    records = [
        PluginRecord(name=name, state=state, manifest=Manifest(version=version))
        for name, (state, version) in plugins.items()
    ]
    return [{**vars(each.shown(required_by=())), "traceback": None} for each in records]


def compared(home: Path, **plugins: Loaded) -> dict[str, str | None]:
    shown = fresh(**plugins)
    compare_with_running(shown, home=home)
    assert all(each.keys() == shown[0].keys() for each in shown)
    return {each["name"]: each["waiting"] for each in shown}


@pytest.mark.parametrize(
    ("now", "running", "words"),
    [
        (("on", "1"), ("on", "1"), None),
        (("off", "2"), ("off", "1"), None),
        (("failed", "1"), ("failed", "1"), None),
        (("absent", "0"), ("failed", "1"), None),
        (("on", "2"), ("on", "1"), "the running site has version 1"),
        (("on", "1"), ("off", "1"), "the running site has it off"),
        (("on", "1"), ("failed", "1"), "it failed in the running site"),
        (("off", "1"), ("on", "1"), "the running site has version 1 on"),
        (("failed", "2"), ("on", "1"), "the running site has version 1 on"),
        (("failed", "2"), ("off", "2"), "the running site has it off"),
    ],
)
def test_what_the_running_site_has_instead_is_said(
    home: Path, now: Loaded, running: Loaded, words: str | None
) -> None:
    reported(home, "web", A=running, B=("on", "1"))
    assert compared(home, A=now, B=("on", "1")) == {"A": words, "B": None}


def test_one_that_no_process_knows_yet_is_off_there(home: Path) -> None:
    reported(home, "web")
    assert compared(home, A=("on", "1"), B=("off", "1")) == {"A": "the running site has it off", "B": None}


def test_one_of_which_there_is_nothing_any_more_is_listed_while_it_runs(home: Path) -> None:
    reported(home, "web", A=("on", "1"), B=("off", "1"), C=("on", "1"))
    said = compared(home, A=("on", "1"))
    assert said == {"A": None, "C": "the running site has version 1 on"}


def test_it_is_enough_that_one_process_of_several_differs(home: Path) -> None:
    reported(home, "web", A=("on", "1"))
    reported(home, "worker", A=("failed", "1"))
    assert compared(home, A=("on", "1")) == {"A": "it failed in the running site"}


def test_of_a_process_that_does_not_know_its_versions_they_are_not_compared(home: Path) -> None:
    path = reported(home, "web", A=("on", "1"), B=("on", "1"))
    path.write_text(json.dumps({"plugins": json.loads(path.read_text())["plugins"]}))
    assert compared(home, A=("on", "2"), B=("off", "1")) == {"A": None, "B": "the running site has it on"}


def test_without_a_running_site_nothing_is_said(tmp_path: Path) -> None:
    reported(tmp_path, "web", A=("on", "1"))
    assert compared(tmp_path, A=("off", "1")) == {"A": None}
