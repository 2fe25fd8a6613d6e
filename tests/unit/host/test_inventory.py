"""Which folders are plugins, and what their plugin.yaml says."""

from pathlib import Path

import pytest

from VaultPlatform.host.inventory import find_plugins, manifest_version
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
    inventory = find_plugins([tmp_path / "a", tmp_path / "b"])
    assert inventory.folder("Twin") == first
    assert inventory.shadowed == {"Twin": [second]}


def test_the_platforms_own_modules_and_hidden_folders_are_no_plugins(tmp_path: Path) -> None:
    for name in ("Hooks", "__pycache__", ".git", "Real"):
        plugin(tmp_path, name)
    (tmp_path / "plugin_manager.py").write_text("")
    assert list(find_plugins([tmp_path, tmp_path / "missing"]).folders) == ["Real"]


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
        find_plugins([tmp_path]).folder(name)


@pytest.mark.parametrize(
    ("text", "version"), [("version: 1.2.0\n", "1.2.0"), ("version: 2\n", "2"), ("", "0"), ("name: x\n", "0")]
)
def test_the_version_is_the_manifests(tmp_path: Path, text: str, version: str) -> None:
    assert manifest_version(plugin(tmp_path, "P", **{"plugin.yaml": text})) == version


@pytest.mark.parametrize("text", ["a: [\n", "- one\n", "version: [1]\n", "version: true\n"])
def test_a_manifest_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(StageError, match=r"plugin\.yaml"):
        manifest_version(plugin(tmp_path, "P", **{"plugin.yaml": text}))


def test_a_plugin_without_manifest_has_version_0(tmp_path: Path) -> None:
    assert manifest_version(plugin(tmp_path, "P")) == "0"
