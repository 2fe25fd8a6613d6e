"""Layout and hygiene: the folders are the designed ones, and what does not belong into a repository is not in it."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import OURS, ROOT, all_sources, our_sources, parsed, relative, tracked_files

pytestmark = pytest.mark.database_independent

FOLDERS = {*OURS, "VaultSDK", "tests", "benchmarks", "docs", "requirements", "templates", ".ci"}
#: Modules that speak to a person at a terminal.
PRINTING = {"VaultPlatform/serving/console.py", "VaultPlatform/serving/keeper.py"}
MARKS = ("TODO", "FIXME", "XXX", "HACK", "TEMP", "WIP")
UNFINISHED = re.compile(rf"#.*\b({'|'.join(MARKS)})\b")
#: Paths of somebody's machine, and where packages are fetched from; written so as not to match itself.
FOREIGN = re.compile(
    r"(?<![\w.$}~-])/(?:work/(?:main|shared)\b|(?:root|home|Users)/[\w.])"
    r"|\bpypi\.org|python[h]osted|--(?:extra-)?index-ur[l]|--find-link[s]",
    re.IGNORECASE,
)
SECRET_KEY = re.compile(r"password|secret|token|credential|private|signing|api_?key", re.IGNORECASE)


def text_files() -> Iterator[tuple[Path, str]]:
    for file in tracked_files():
        data = file.read_bytes()
        if b"\0" not in data[:8192]:
            yield file, data.decode()


def calls_of(tree: ast.Module, name: str) -> Iterator[int]:
    """The lines that call the plain name `name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node.lineno


def secrets_in(value: Any, path: str = "") -> Iterator[str]:
    """Where settings hold a secret itself rather than a reference to one."""
    if isinstance(value, dict):
        if set(value) & {"$env", "$file"}:
            return
        for key, inner in value.items():
            where = f"{path}.{key}".lstrip(".")
            if SECRET_KEY.search(key) and isinstance(inner, str):
                yield where
            yield from secrets_in(inner, where)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from secrets_in(inner, f"{path}.{index}")
    elif isinstance(value, str) and re.search(r"://[^/@]+:[^/@]+@", value):
        yield path


def test_the_folders_are_those_of_the_design() -> None:
    found = {parts[0] for file in tracked_files() if len(parts := file.relative_to(ROOT).parts) > 1}
    assert found <= FOLDERS
    assert found >= OURS


def test_every_folder_of_modules_is_a_package() -> None:
    """Import contracts see packages only: a folder without `__init__.py` would be out of their sight."""
    folders = {file.parent for file in our_sources()}
    assert sorted(relative(folder) for folder in folders if not (folder / "__init__.py").exists()) == []


def test_every_feature_is_a_slice() -> None:
    features = [
        folder for folder in (ROOT / "VaultManagement").iterdir() if (folder / "__init__.py").exists()
    ]
    assert len(features) > 3
    for feature in features:
        assert (feature / "urls.py").exists(), relative(feature)
        assert (feature / "views.py").exists() or (feature / "views").is_dir(), relative(feature)


def test_only_consoles_print() -> None:
    found = {relative(file) for file in our_sources() if list(calls_of(parsed(file), "print"))}
    assert found <= PRINTING


def test_no_test_replaces_what_it_tests_by_a_mock() -> None:
    mocking = re.compile(r"\bimport mock\b|\bunittest\.mock\b|\bmocker\.")
    assert [relative(file) for file in all_sources() if mocking.search(ast.unparse(parsed(file)))] == []


def test_nothing_is_marked_unfinished() -> None:
    found = [
        f"{relative(file)}:{number}"
        for file, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


def test_no_file_names_a_machine_or_a_package_index() -> None:
    found = [
        f"{relative(file)}:{number}: {line.strip()[:80]}"
        for file, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if FOREIGN.search(line)
    ]
    assert found == []


def test_the_shipped_settings_hold_no_secret() -> None:
    assert list(secrets_in(json.loads((ROOT / "VaultSettings.json").read_text()))) == []


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"Database": {"password": "hunter2"}}, ["Database.password"]),
        ({"Celery": {"broker_url": "amqp://me:hunter2@host/"}}, ["Celery.broker_url"]),
        ({"Mail": [{"api_key": "k"}]}, ["Mail.0.api_key"]),
        ({"Database": {"password": {"$env": "PASSWORD"}}, "Auth": {"access_token_minutes": 15}}, []),
        ({"Celery": {"broker_url": "amqp://host:5672/"}}, []),
    ],
)
def test_a_secret_in_settings_is_found(settings: dict[str, Any], found: list[str]) -> None:
    assert list(secrets_in(settings)) == found


@pytest.mark.parametrize(
    "line",
    [
        "HOME = '/{}/me/vault'".format("home"),
        "see /{}/main/docs".format("work"),
        "https://{}/simple".format("pypi" + ".org"),
        "pip install --{}-url x".format("index"),
    ],
)
def test_a_machine_or_an_index_is_found(line: str) -> None:
    assert FOREIGN.search(line)


@pytest.mark.parametrize(
    "line", ["path('/vault/users/')", "$VAULT_HOME/home/x", "as root / nobody", "docs/home/a"]
)
def test_other_paths_are_not_taken_for_a_machine(line: str) -> None:
    assert not FOREIGN.search(line)


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_of_unfinished_work_is_found(mark: str) -> None:
    assert UNFINISHED.search(f"x = 1  # {mark}: later")
