"""Whom a failed line of RegisterOrchestrator.py is held against."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from Orchestrators.RegistrationLoader import load_registrations
from VaultPlatform.host.imports import PluginOff
from VaultPlatform.host.orchestrators import LineFailures, collected, plugin_behind
from VaultPlatform.host.status import PluginRecord, StageError

pytestmark = pytest.mark.database_independent

Failures = list[tuple[str | None, int]]
Run = Callable[[str], Failures]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run(text)` loads a registration file of that text and returns (plugin, line) of each failure."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "lines").mkdir()
    monkeypatch.delitem(sys.modules, "lines.registrations", raising=False)

    def loaded(text: str) -> Failures:
        found: Failures = []
        (tmp_path / "lines" / "registrations.py").write_text(text)
        failures = LineFailures(lambda plugin, line, _error: found.append((plugin, line)))
        load_registrations(on_error=failures, module_name="lines.registrations")
        return found

    return loaded


def test_an_import_of_a_missing_plugin_is_held_against_it_once(run: Run) -> None:
    assert run(
        "from Plugins.Nobody_Plugin.orchestrator import Nobody\n"
        "def register_orchestrator():\n"
        "    print(Nobody)\n"
        "    done = 1\n"
    ) == [("Nobody_Plugin", 1)]


def test_a_line_of_the_core_that_fails_is_nobodys(run: Run) -> None:
    assert run("import a_module_of_the_core_that_is_not_there\n") == [(None, 1)]


def test_a_name_that_was_never_imported_is_a_failure_of_its_own(run: Run) -> None:
    assert run("def register_orchestrator():\n    print(Forgotten)\n") == [(None, 2)]


def test_a_workflow_file_that_fails_is_held_against_the_plugin_it_imports(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "lines" / "NotesOrchestrators"
    folder.mkdir()
    (folder / "NotesOrchestrator.py").write_text(
        "import json  # Plugins.Notes_Plugin.bll.Notes\nraise TypeError\n"
    )
    assert run("from lines.NotesOrchestrators import NotesOrchestrator\n") == [("Notes_Plugin", 1)]


def test_the_guards_own_error_names_the_plugin() -> None:
    error = PluginOff(record=PluginRecord(name="Off_Plugin"), module="Plugins.Off_Plugin.bll")
    assert plugin_behind(error, "from Orchestrators.X import Y") == "Off_Plugin"


def test_a_line_that_names_two_plugins_is_nobodys() -> None:
    assert plugin_behind(ValueError("?"), "import Plugins.A_Plugin, Plugins.B_Plugin") is None


@pytest.mark.parametrize("given", [["a"], {1: int}, "a"])
def test_collecting_something_else_than_a_mapping_is_refused(given: object) -> None:
    with pytest.raises(StageError, match="must return a mapping"):
        collected(lambda: given)


def test_collecting_nothing_is_fine() -> None:
    assert collected(lambda: None) == {}
