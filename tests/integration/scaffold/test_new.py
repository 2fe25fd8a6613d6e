"""`manage.py plugins new`, and the tests that come with a new plugin, run as its author runs them."""

import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from VaultPlatform.config import REPOSITORY, load_environment
from VaultPlatform.scaffold import PARTS
from VaultPlatform.testing import pytest_collection_modifyitems

pytestmark = [pytest.mark.database_independent, pytest.mark.timeout(180)]

FOREIGN = ("VAULT_", "DJANGO_", "PYTEST_", "PYTHONPATH")


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


def new(*arguments: str) -> str:
    """What `manage.py plugins new` prints."""
    printed = io.StringIO()
    call_command("plugins", "new", *arguments, stdout=printed)
    return printed.getvalue()


def passes(folder: Path, *arguments: str, **environment: str) -> str:
    """The output of pytest, which has to pass."""
    return ran_tests(folder, *arguments, returns=0, **environment)


def ran_tests(folder: Path, *arguments: str, returns: int, **environment: str) -> str:
    """The output of pytest, started in the folder by somebody who has NimbusVault's environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *arguments],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == returns, done.stdout + done.stderr
    return done.stdout


def test_a_new_package_passes_its_own_tests_outside_of_nimbusvault(tmp_path: Path) -> None:
    made = json.loads(new("Notes_Plugin", "--all", "--package", "--into", str(tmp_path), "--json"))

    assert made["folder"] == str(tmp_path / "nimbusvault-notes")
    assert "15 passed" in passes(Path(made["folder"]) / "Notes_Plugin")


def test_new_plugins_pass_with_the_kit_named_by_an_option(tmp_path: Path) -> None:
    """Two of them, side by side in a folder without any configuration of pytest, and without tables."""
    for name, parts in {
        "Notes_Plugin": ["--endpoints", "--hooks"],
        "Tags_Plugin": ["--settings", "--tasks"],
    }.items():
        new(name, *parts, "--into", str(tmp_path))
        for file in ("conftest.py", "pytest.ini"):
            (tmp_path / name / file).unlink()

    options = ("-p", "VaultPlatform.testing", "--import-mode=importlib")
    printed = passes(tmp_path, *options, PYTHONPATH=str(REPOSITORY))

    assert "11 passed" in printed, printed


def test_a_new_plugin_in_the_folder_of_plugins_is_clean_and_passes_at_once(tmp_path: Path) -> None:
    copy = tmp_path / "nimbusvault"
    left_out = shutil.ignore_patterns(".venv", "var", ".git", ".*_cache", ".hypothesis", "__pycache__")
    shutil.copytree(REPOSITORY, copy, ignore=left_out)
    command = [sys.executable, "manage.py", "plugins", "new", "Notes_Plugin", "--models"]
    here = {
        **os.environ,
        "VAULT_HOME": str(tmp_path / "home"),
        "VAULT_SETTINGS": str(copy / "VaultSettings.json"),
    }
    subprocess.run(command, cwd=copy, env=here, capture_output=True, check=True)

    assert not (copy / "Plugins" / "Notes_Plugin" / "pytest.ini").exists()
    assert "| `Notes_Plugin` |" in (copy / "docs" / "catalogue.md").read_text()
    assert "4 passed" in passes(copy, "Plugins/Notes_Plugin")

    models = copy / "Plugins" / "Notes_Plugin" / "models.py"
    text = "    text = models.CharField(max_length=500)\n"
    models.write_text(
        models.read_text().replace(text, f"{text}    pinned = models.BooleanField(default=False)\n")
    )
    printed = ran_tests(copy, "Plugins/Notes_Plugin", returns=2)  # none of them can be collected
    assert "Notes_Plugin.NotesEntry.pinned has no migration" in printed


@dataclass
class Collected:
    """A test of a plugin, as pytest has collected it."""

    path: Path
    marks: list[str] = field(default_factory=list)

    def add_marker(self, mark: pytest.MarkDecorator) -> None:
        self.marks.append(mark.kwargs["reason"])


def test_tests_of_a_plugin_that_is_off_are_left_out_with_the_reason() -> None:
    names = ("Bookmarks_Plugin", "Activity_Plugin")
    items = [Collected(path=REPOSITORY / "Plugins" / name / "tests" / "test_a.py") for name in names]

    pytest_collection_modifyitems(items)  # type: ignore[arg-type]

    assert [len(item.marks) for item in items] == [0, 1]
    assert "Activity_Plugin is off" in items[1].marks[0]


def test_it_says_what_comes_next_and_leaves_the_settings_alone(tmp_path: Path) -> None:
    before = (REPOSITORY / "VaultSettings.json").read_text()
    printed = new("Notes_Plugin", "--hooks", "--into", str(tmp_path))

    assert f'In {load_environment().settings} add "{tmp_path}" to Base.plugin_dirs' in printed
    assert (
        "plugins apply   (after each edit)" in printed
        and f"plugins install {tmp_path / 'Notes_Plugin'}" in printed
    )
    assert "plugins enable Notes_Plugin" in printed
    assert f"(cd {tmp_path / 'Notes_Plugin'} && {sys.executable} -m pytest)" in printed
    assert "makemigrations" not in printed
    assert "plugins makemigrations" in new("Tables_Plugin", "--models", "--into", str(tmp_path))
    assert f"plugins check {tmp_path / 'Notes_Plugin'}" in printed
    assert (REPOSITORY / "VaultSettings.json").read_text() == before


def test_without_options_it_asks_at_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("y\nno\nwhat?\nn\n\nN\n"))
    new("Notes_Plugin", "--into", str(tmp_path))

    made = tmp_path / "Notes_Plugin"
    assert [(made / name).exists() for name in ("urls.py", "models.py", "config.py", "tasks.py")] == [
        True,
        False,
        True,
        False,
    ]


def test_who_ends_the_questions_gets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    with pytest.raises(CommandError, match="nothing was made"):
        new("Notes_Plugin", "--into", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_without_options_and_terminal_it_says_which_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(CommandError) as error:
        new("Notes_Plugin", "--into", str(tmp_path))
    assert all(f"--{part}" in str(error.value) for part in PARTS)


def test_a_name_whose_route_is_taken_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="/vault/documents is answered already"):
        new("Documents_Plugin", "--endpoints", "--into", str(tmp_path))


def test_a_package_has_to_be_told_where(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--into"):
        new("Notes_Plugin", "--hooks", "--package")


def test_a_plugin_that_is_there_already_is_refused(tmp_path: Path) -> None:
    for part in ("--hooks", "--endpoints"):  # of which the second has routes that are answered, too
        with pytest.raises(CommandError, match="There is a plugin Bookmarks_Plugin already"):
            new("Bookmarks_Plugin", part, "--into", str(tmp_path))
