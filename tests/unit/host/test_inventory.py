"""Which folders are plugins."""

from pathlib import Path

import pytest

from VaultPlatform.host.inventory import find_plugins
from VaultPlatform.host.status import StageError

pytestmark = pytest.mark.database_independent


def plugin(directory: Path, name: str, **files: str) -> Path:
    folder = directory / name
    folder.mkdir(parents=True)
    for file, text in {"__init__.py": "", **files}.items():
        (folder / file).write_text(text)
    return folder


def test_a_plugin_of_the_first_directory_wins(tmp_path: Path) -> None:
    first, second = plugin(tmp_path / "a", "Twin"), plugin(tmp_path / "b", "Twin")
    inventory = find_plugins(tmp_path / "a", folders=[tmp_path / "b"])
    assert inventory.source("Twin").folder == first
    assert [each.folder for each in inventory.shadowed["Twin"]] == [second]


def test_the_platforms_own_modules_and_hidden_folders_are_no_plugins(tmp_path: Path) -> None:
    for name in ("Hooks", "__pycache__", ".git", "Real"):
        plugin(tmp_path, name)
    (tmp_path / "plugin_manager.py").write_text("")
    assert list(find_plugins(tmp_path, folders=[tmp_path / "missing"]).sources) == ["Real"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Hooks", "the platform's own name"),
        ("my-plugin", "is not a Python identifier"),
        ("class", "is not a Python identifier"),
        ("Nobody", "there is no folder Plugins/Nobody"),
        ("notes_Plugin", r"there is no folder Plugins/notes_Plugin.*did you mean Notes_Plugin\?"),
    ],
)
def test_a_name_that_cannot_be_a_plugin_is_refused_with_the_reason(
    tmp_path: Path, name: str, words: str
) -> None:
    plugin(tmp_path, "Notes_Plugin")
    with pytest.raises(StageError, match=words):
        find_plugins(tmp_path).source(name)
