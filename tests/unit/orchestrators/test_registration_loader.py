"""One line of RegisterOrchestrator.py that fails never stops the others, and is reported."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from Orchestrators.RegistrationLoader import load_registrations

pytestmark = pytest.mark.database_independent

ORCHESTRATOR = '''
from Orchestrators.AbstractOrchestrators.BaseOrchestrator import BaseOrchestrator

class {name}(metaclass=BaseOrchestrator):
    """Description: Of a test."""
    def __init__(self, orchestrator_obj):
        """
        Description: Bind.
        Input: the run.
        Output: nothing.
        """
        self.mainorchestrator = orchestrator_obj
'''
REGISTRATIONS = '''"""Names."""
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from {package}.good import Good
from {package}.absent import Absent
from {package}.exits import Exits

TOP = "top"

def register_orchestrator():
    """Register them."""
    OrchestratorRegistry.register("lt-good", Good)
    OrchestratorRegistry.register("lt-absent", Absent)
    from {package}.broken import Broken
    OrchestratorRegistry.register(
        "lt-broken",
        Broken,
    )
    from {package}.last import Last
    OrchestratorRegistry.register("lt-last", [each for each in (Last,)][0])
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    name = f"lt_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "good.py").write_text(ORCHESTRATOR.format(name="Good"))
    (folder / "last.py").write_text(ORCHESTRATOR.format(name="Last"))
    (folder / "broken.py").write_text("import lt_no_such_module")
    (folder / "exits.py").write_text("raise SystemExit(3)")
    (folder / "registrations.py").write_text(REGISTRATIONS.format(package=name))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(OrchestratorRegistry, "_classes", {})
    yield folder
    for module in [each for each in sys.modules if each.split(".")[0] == name]:
        del sys.modules[module]


def load(folder: Path) -> list[tuple[int, str, str]]:
    failures: list[tuple[int, str, str]] = []

    def on_error(line: int, source: str, error: BaseException) -> None:
        failures.append((line, source, type(error).__name__))

    load_registrations(on_error=on_error, module_name=f"{folder.name}.registrations")
    return failures


def test_lines_that_fail_are_reported_and_all_others_count(package: Path) -> None:
    name = package.name
    assert load(package) == [
        (4, f"from {name}.absent import Absent", "ModuleNotFoundError"),
        (5, f"from {name}.exits import Exits", "SystemExit"),
        (12, 'OrchestratorRegistry.register("lt-absent", Absent)', "NameError"),
        (13, f"from {name}.broken import Broken", "ModuleNotFoundError"),
        (14, 'OrchestratorRegistry.register( "lt-broken", Broken, )', "NameError"),
    ]
    assert OrchestratorRegistry.names() == ["lt-good", "lt-last"]


def test_the_module_is_the_real_one_afterwards(package: Path) -> None:
    load(package)
    module = importlib.import_module(f"{package.name}.registrations")
    assert module.TOP == "top"
    assert module.__file__ == str(package / "registrations.py")
    assert getattr(sys.modules[package.name], "registrations") is module  # noqa: B009  # as an import statement finds it
    assert not hasattr(module, "Last"), "names of the function's body stay in it"


def test_loading_twice_is_fine(package: Path) -> None:
    load(package)
    load(package)
    assert OrchestratorRegistry.names() == ["lt-good", "lt-last"]


def test_a_file_that_is_no_python_is_reported_with_its_line(package: Path) -> None:
    file = package / "registrations.py"
    file.write_text(file.read_text().replace('TOP = "top"', "TOP = = 1"))
    assert load(package) == [(7, "TOP = = 1", "SyntaxError")]
    assert OrchestratorRegistry.names() == []


def test_the_vaults_own_file_is_ordinary_python_whose_function_can_be_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(OrchestratorRegistry, "_classes", {})
    failures: list[Any] = []
    load_registrations(on_error=lambda *failure: failures.append(failure))
    loaded = OrchestratorRegistry.names()
    monkeypatch.setattr(OrchestratorRegistry, "_classes", {})
    from Orchestrators.RegisterOrchestrator import register_orchestrator

    register_orchestrator()
    assert failures == []
    assert OrchestratorRegistry.names() == loaded
