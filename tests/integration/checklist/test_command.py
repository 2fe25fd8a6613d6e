"""`manage.py plugins check` and `plugins catalogue`, as authors call them."""

import json
import os
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from VaultPlatform.checklist import Site, check, plugin_at
from VaultPlatform.config import REPOSITORY
from VaultPlatform.management.settings_option import without_clash

pytestmark = pytest.mark.database_independent

BROKEN = REPOSITORY / "tests" / "broken_plugins"
NOTE_HOOKS = '''import pluggy

hookspec = pluggy.HookspecMarker("vault")


class NoteHooks:
    """Notes."""

    @hookspec
    def filter_note(self, text: str) -> str | None:
        """Asked before a note
        is shown.

        Input:
            - text: what it says;
              all of it.

        Output:
            - What is shown.
        """

    @hookspec
    def sign_note(self) -> None:
        """A note is signed."""
'''
NOTE_REFERENCE = """## NoteHooks

Notes.

### filter_note(text)

A filter: its first argument is the value, and `None` leaves that as it is.

Asked before a note is shown.

- `text` (`str`): what it says; all of it.
- returns `str | None`: What is shown.

### sign_note()

Called as it stands; contained as an event is.

A note is signed.
"""


def plugins(*arguments: str) -> tuple[int, str]:
    """Exit code and output of `manage.py plugins …`."""
    printed = StringIO()
    try:
        call_command("plugins", *arguments, stdout=printed)
    except SystemExit as end:
        return int(end.code or 0), printed.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, printed.getvalue()


def found(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and findings of `plugins check … --json`."""
    code, printed = plugins("check", *arguments, "--json")
    return code, [finding for report in json.loads(printed) for finding in report["findings"]]


@pytest.fixture
def shipped_settings() -> tuple[str, str]:
    """The option that names the settings file as it is shipped."""
    return ("--settings-file", str(REPOSITORY / "VaultSettings.json"))


@pytest.mark.parametrize("name", ["Bookmarks_Plugin", "Activity_Plugin"])
def test_the_shipped_plugins_are_clean(name: str, shipped_settings: tuple[str, str]) -> None:
    assert found(name, *shipped_settings) == (0, [])


def test_the_core_is_clean() -> None:
    assert found("--core") == (0, [])


def test_each_exception_of_the_core_has_a_reason() -> None:
    _, printed = plugins("check", "--core", "--json")
    excepted = [each for report in json.loads(printed) for each in report["excepted"]]
    assert len(excepted) > 10
    assert all(len(each["reason"].split()) > 2 for each in excepted)


def test_findings_are_lines_of_file_line_rule_and_remedy_sorted(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "Plugins" / "Bookmarks_Plugin", tmp_path / "Bookmarks_Plugin")
    (tmp_path / "Bookmarks_Plugin" / "urls.py").unlink()
    (tmp_path / "Bookmarks_Plugin" / "apps.py").write_text("import redis\nimport kombu\n")

    code, printed = plugins("check", str(tmp_path / "Bookmarks_Plugin"))

    places = [line.split(": ")[0] for line in printed.splitlines()[:-1]]
    assert code == 1
    assert places == [
        "Bookmarks_Plugin/apps.py:1",
        "Bookmarks_Plugin/apps.py:2",
        "Bookmarks_Plugin/views.py:1",
    ]
    assert "Bookmarks_Plugin/views.py:1: routes: There are views, and no urls.py" in printed
    assert "Add urls.py with urlpatterns" in printed
    assert printed.splitlines()[-1].startswith("Bookmarks_Plugin: 3 to mend")


def test_every_plugin_that_is_broken_on_purpose_can_be_checked() -> None:
    for folder in sorted(path for path in BROKEN.iterdir() if any(path.glob("*.py"))):
        code, findings = found(str(folder))
        assert code == 1, folder.name
        assert all(each["file"] and each["line"] and each["remedy"] for each in findings)


@pytest.mark.parametrize("name", ["Nobody_Plugin", str(BROKEN / "Hollow"), "no/such/folder"])
def test_what_cannot_be_checked_ends_with_2_and_says_why(name: str) -> None:
    code, printed = plugins("check", name)
    assert code == 2
    assert "There is no plugin" in printed or "no Python file" in printed or "is no folder" in printed


def test_a_settings_file_that_is_not_there_ends_with_2() -> None:
    assert plugins("check", "Bookmarks_Plugin", "--settings-file", "nowhere.json")[0] == 2


def test_a_plugin_that_one_of_the_settings_files_does_not_list_is_found(
    tmp_path: Path, shipped_settings: tuple[str, str]
) -> None:
    other = tmp_path / "staging.json"
    other.write_text('{"Base": {"active_plugins": []}}')

    code, findings = found("Bookmarks_Plugin", *shipped_settings, "--settings-file", str(other))

    assert code == 1
    assert [(each["rule"], each["file"]) for each in findings] == [("listed", str(other))]


@pytest.mark.parametrize("spelt", [["--settings", "a.json"], ["--settings=a.json"]])
def test_the_option_settings_is_not_taken_for_djangos(spelt: list[str]) -> None:
    line = without_clash(["manage.py", "plugins", "check", "X", *spelt])
    assert "--settings-file" in line[4]
    assert without_clash(["manage.py", "migrate", *spelt]) == ["manage.py", "migrate", *spelt]


def test_the_catalogue_is_what_the_manifests_say() -> None:
    assert plugins("catalogue", "--check") == (0, "docs/catalogue.md is current\n")


def test_the_hook_reference_is_what_the_specifications_say() -> None:
    assert plugins("hooks", "--check") == (0, "docs/hook-reference.md is current\n")


def test_a_plugin_prints_the_hooks_that_it_specifies_itself(tmp_path: Path) -> None:
    (tmp_path / "Hooks").mkdir()
    (tmp_path / "Hooks" / "NoteHooks.py").write_text(NOTE_HOOKS)

    assert plugins("hooks", str(tmp_path)) == (0, NOTE_REFERENCE)
    assert plugins("hooks", "Bookmarks_Plugin") == (0, "Bookmarks_Plugin specifies no hook.\n")
    [noun] = json.loads(plugins("hooks", str(tmp_path), "--json")[1])
    assert [hook["name"] for hook in noun["hooks"]] == ["filter_note", "sign_note"]


def test_hooks_of_a_plugin_that_are_not_described_are_named(tmp_path: Path) -> None:
    (tmp_path / "Hooks").mkdir()
    (tmp_path / "Hooks" / "NoteHooks.py").write_text(NOTE_HOOKS.replace("- text:", "- word:"))

    code, printed = plugins("hooks", str(tmp_path))

    where = "Hooks/NoteHooks.py:10: filter_note"
    assert (code, printed.splitlines()) == (
        1,
        [f"{where} lacks Input: text", f"{where} has no argument word"],
    )


def test_a_plugin_of_the_guides_shape_lacks_only_what_is_ours(tmp_path: Path) -> None:
    """Its orchestrator lies in Orchestrators/, and its service has no base."""
    for name in ("Orchestrators", "Plugins/Hooks", "VaultModels"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copytree(REPOSITORY / "tests/acceptance/guide/plugin", tmp_path, dirs_exist_ok=True)
    folder = tmp_path / "Plugins" / "Citations_Plugin"
    (folder / "migrations").mkdir()
    (folder / "migrations" / "0001_initial.py").write_text("")
    with (tmp_path / "Orchestrators" / "RegisterOrchestrator.py").open("a") as lines:
        lines.write('    OrchestratorRegistry.register("citations", CitationsOrchestrator)\n')

    report = check(plugin_at(folder, site=Site(repository=tmp_path)))

    assert {each.rule for each in report.findings} == {"manifest", "catalogued"}


def test_a_site_that_refuses_to_start_because_of_a_plugin_still_checks_it(tmp_path: Path) -> None:
    shutil.copytree(BROKEN / "ViewsSyntax", tmp_path / "plugins" / "ViewsSyntax")
    settings = tmp_path / "VaultSettings.json"
    base = {"active_plugins": ["ViewsSyntax"], "plugin_dirs": ["plugins"], "plugin_errors": "refuse"}
    settings.write_text(json.dumps({"Base": base}))

    done = subprocess.run(
        [sys.executable, "manage.py", "plugins", "check", "ViewsSyntax", "--json"],
        cwd=REPOSITORY,
        env={**os.environ, "VAULT_SETTINGS": str(settings), "VAULT_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1, done.stderr
    assert {"loads", "readable"} <= {each["rule"] for each in json.loads(done.stdout)[0]["findings"]}
