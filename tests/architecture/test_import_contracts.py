"""Import contracts: the tree keeps them, and each of them finds a violation that is planted in a copy of the tree."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.tree import OURS, ROOT

pytestmark = pytest.mark.database_independent

CONTRACTS = configparser.ConfigParser()
CONTRACTS.read(ROOT / ".importlinter")
PREFIX = "importlinter:contract:"
LINT = "from importlinter.cli import lint_imports_command as lint; lint()"

DOCUMENTS = "VaultManagement/Documents"
BOOKMARKS = "Plugins/Planted_Plugin"
#: By contract: a file, and the line that is added to it (the file is made if there is none).
PLANTED = {
    "slice": [
        (f"{DOCUMENTS}/bll/GetApisbll.py", "from VaultManagement.Documents import views"),
        (f"{DOCUMENTS}/serializers.py", "import VaultManagement.Documents.urls"),
        (f"{BOOKMARKS}/models.py", "import Plugins.Planted_Plugin.bll.Notes.GetApisbll"),
    ],
    "bll-slice": [
        (f"{DOCUMENTS}/bll/HelperFunctions.py", "import VaultManagement.Documents.bll.service"),
        (f"{DOCUMENTS}/bll/GetApisbll.py", "import VaultManagement.Documents.bll.PostApisbll"),
        (f"{BOOKMARKS}/bll/Notes/HelperFunctions.py", "import Plugins.Planted_Plugin.bll.Notes.service"),
    ],
    "orm": [
        (f"{DOCUMENTS}/bll/PostApisbll.py", "from VaultModels.models import Document"),
        (f"{DOCUMENTS}/content.py", "from VaultModels import models"),
        (
            "Orchestrators/UsersOrchestrators/UsersOrchestrator.py",
            "from VaultModels.models.Users import User",
        ),
        ("VaultPlatform/web/logs.py", "from VaultModels.control.models import Operator"),
        (f"{BOOKMARKS}/bll/Notes/GetApisbll.py", "import Plugins.Planted_Plugin.models"),
        (f"{BOOKMARKS}/Planted_Plugin.py", "from VaultModels.models import User"),
    ],
    "services": [
        (f"{DOCUMENTS}/content.py", "from VaultManagement.Documents.bll.service import document_service"),
        ("Orchestrators/UsersOrchestrators/UsersOrchestrator.py", "import VaultManagement.Users.bll.service"),
    ],
    "views": [
        (f"{DOCUMENTS}/views.py", "from VaultManagement.Documents.bll.service import document_service"),
        (f"{DOCUMENTS}/views.py", "from VaultManagement.Users.bll import PostApisbll"),
        (f"{DOCUMENTS}/serializers.py", "from VaultModels import ModelRegistry"),
        (f"{BOOKMARKS}/views.py", "from Plugins.Planted_Plugin.bll.Notes import service"),
        (f"{BOOKMARKS}/urls.py", "from Plugins.Planted_Plugin.bll.Notes import PostApisbll"),
    ],
    "bll": [
        (f"{DOCUMENTS}/bll/PostApisbll.py", "from rest_framework.response import Response"),
        (f"{DOCUMENTS}/bll/HelperFunctions.py", "import VaultManagement.Documents.views"),
        (f"{BOOKMARKS}/bll/Notes/PostApisbll.py", "from celery import shared_task"),
    ],
    "workflows": [
        (f"{DOCUMENTS}/views.py", "from Orchestrators.UsersOrchestrators import UsersOrchestrator"),
        (f"{DOCUMENTS}/bll/PostApisbll.py", "from Orchestrators import RegisterOrchestrator"),
    ],
    "engine": [
        ("Orchestrators/OrchestratorRegistry.py", "from Orchestrators import RegisterOrchestrator"),
        ("Orchestrators/Steps.py", "from VaultModels.ModelRegistry import MODEL_REGISTRY"),
        ("Orchestrators/Journal.py", "from Plugins.plugin_manager import plugin_manager"),
        ("Orchestrators/Execution.py", "from VaultManagement.Users.bll import HelperFunctions"),
    ],
    "plugins-independent": [
        (f"{BOOKMARKS}/views.py", "import Plugins.Another_Plugin.bll.Notes.GetApisbll"),
        (f"{BOOKMARKS}/Planted_Plugin.py", "from Plugins.Another_Plugin import models"),
        ("Plugins/plugin_manager.py", "import Plugins.Another_Plugin.models"),
    ],
    "core-to-plugin": [
        (f"{DOCUMENTS}/bll/PostApisbll.py", "from Plugins.Another_Plugin.bll.Notes import GetApisbll"),
        (f"{DOCUMENTS}/views.py", "from Plugins.Hooks import EntityHooks"),
        ("Orchestrators/UsersOrchestrators/UsersOrchestrator.py", "import Plugins.Another_Plugin.models"),
        ("VaultPlatform/host/host.py", "import Plugins.Another_Plugin"),
    ],
    "hooks-pure": [
        ("Plugins/Hooks/EntityHooks.py", "from django.db import models"),
        ("Plugins/Hooks/UserHooks.py", "from VaultErrors.BackendErrors import errors"),
    ],
    "plugin-surface": [
        (f"{BOOKMARKS}/bll/Notes/GetApisbll.py", "from VaultManagement.Documents.bll import GetApisbll"),
        (f"{BOOKMARKS}/views.py", "from VaultPlatform import tenancy"),
        (f"{BOOKMARKS}/Planted_Plugin.py", "from Orchestrators.MainOrchestrator import MainOrchestrator"),
        (f"{BOOKMARKS}/apps.py", "import VaultModels.control.models"),
        ("Plugins/plugin_manager.py", "from VaultPlatform.tenancy import current"),
    ],
    "root": [
        (f"{DOCUMENTS}/bll/GetApisbll.py", "from NimbusVault.settings import vault_settings"),
        ("VaultPlatform/web/logs.py", "from NimbusVault import celery"),
        ("Orchestrators/Steps.py", "import NimbusVault.urls"),
    ],
    "platform": [
        ("VaultPlatform/identity/gate.py", "from VaultManagement.Users.bll import GetApisbll"),
        ("VaultPlatform/host/host.py", "from Orchestrators import RegisterOrchestrator"),
    ],
    "config": [
        ("VaultPlatform/config/sections.py", "from django.conf import settings"),
        ("VaultPlatform/config/targets.py", "from VaultPlatform import tenancy"),
    ],
    "tables": [
        ("VaultModels/models/Users.py", "from VaultPlatform import tenancy"),
        ("VaultModels/ModelRegistry.py", "from Plugins.Another_Plugin import models"),
        ("VaultModels/ModelService.py", "from rest_framework import serializers"),
    ],
    "errors": [
        ("VaultErrors/BackendErrors/errors/base.py", "from django.conf import settings"),
        ("VaultErrors/BackendErrors/errors/base.py", "from NimbusVaultConstants import Modelentity"),
    ],
}

#: A plugin as an author writes it, with all that it may import, and an orchestrator that lives outside it.
PLUGIN = {
    "__init__.py": "",
    "models.py": "from VaultModels.models import User",
    "apps.py": "from django.apps import AppConfig",
    "urls.py": "from Plugins.{name}.views import Note",
    "views.py": "from Orchestrators.OrchestratorRegistry import OrchestratorRegistry\n"
    "from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView\n"
    "from Plugins.{name}.bll.Notes import GetApisbll\n"
    "from Plugins.{name}.serializers import NoteSerializer",
    "serializers.py": "from rest_framework import serializers",
    "tasks.py": "from NimbusVault.celery import app\nfrom Plugins.{name}.bll.Notes import PostApisbll",
    "config.py": "from NimbusVault.settings import vault_settings",
    "{name}.py": "from Plugins.{name}.bll.Notes.service import note_service",
    "Hooks/__init__.py": "",
    "Hooks/NoteHooks.py": "import pluggy",
    "bll/__init__.py": "",
    "bll/Notes/__init__.py": "",
    "bll/Notes/service.py": "from Plugins.{name}.models import Note",
    "bll/Notes/HelperFunctions.py": "from VaultErrors.BackendErrors import errors",
    "bll/Notes/GetApisbll.py": "from Plugins.{name}.bll.Notes.service import note_service",
    "bll/Notes/PostApisbll.py": "from Orchestrators.ContextManager import context_manager\n"
    "from Plugins.plugin_manager import plugin_manager\n"
    "from Plugins.{name}.config import vault_settings\n"
    "from Plugins.{name}.bll.Notes.service import note_service",
}
WORKFLOW = """from Orchestrators.AbstractOrchestrators.BaseOrchestrator import BaseOrchestrator
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from Plugins.{name}.bll.Notes.PostApisbll import context_manager
from VaultModels.ModelRegistry import MODEL_REGISTRY
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of our packages with two more plugins, a workflow of one of them, and its line of registration."""
    root = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / ".importlinter", root)
    for package in OURS:
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    for name in ("Planted_Plugin", "Another_Plugin"):
        for path, source in PLUGIN.items():
            file = root / "Plugins" / name / path.format(name=name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source.format(name=name))
    workflow = root / "Orchestrators/PlantedOrchestrators/PlantedOrchestrator.py"
    workflow.parent.mkdir()
    workflow.with_name("__init__.py").touch()
    workflow.write_text(WORKFLOW.format(name="Planted_Plugin"))
    with (root / "Orchestrators/RegisterOrchestrator.py").open("a") as registrations:
        registrations.write("import Orchestrators.PlantedOrchestrators.PlantedOrchestrator\n")
    return root


def lint(root: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of `lint-imports` in the folder `root`."""
    process = subprocess.run(
        [sys.executable, "-c", LINT, *arguments],
        cwd=root,
        env={"PATH": os.environ["PATH"], "COLUMNS": "1000"},
        capture_output=True,
        text=True,
        check=False,
    )
    return process.returncode, process.stdout + process.stderr


def planted_lines() -> list[tuple[str, str, str]]:
    return [(contract, file, line) for contract, lines in PLANTED.items() for file, line in lines]


def test_the_tree_keeps_every_contract() -> None:
    code, output = lint(ROOT)
    assert code == 0, output


def test_plugins_as_authors_write_them_keep_every_contract(copy: Path) -> None:
    code, output = lint(copy)
    assert code == 0, output


def test_there_is_a_planted_violation_of_every_contract() -> None:
    contracts = {name.removeprefix(PREFIX) for name in CONTRACTS.sections() if name.startswith(PREFIX)}
    assert set(PLANTED) == contracts


@dataclass(frozen=True, kw_only=True)
class Place:
    """The last line that was planted."""

    module: str
    line: int

    def is_named_in(self, reported: str) -> bool:
        """Whether a line of a report blames the import there."""
        lines = re.search(r"\(l\.([\d, ]+)\)", reported)
        return (
            f" {self.module} -> " in reported and lines is not None and str(self.line) in lines[1].split(", ")
        )


@contextmanager
def planted(root: Path, file: str, lines: str) -> Iterator[Place]:
    """`file` of the copy `root` with `lines` added, for a while."""
    path = root / file
    before = path.read_text()
    after = f"{before}\n{lines}\n"
    path.write_text(after)
    try:
        yield Place(module=file.removesuffix(".py").replace("/", "."), line=after.count("\n"))
    finally:
        path.write_text(before)


@pytest.mark.parametrize(("contract", "file", "line"), planted_lines())
def test_a_planted_violation_breaks_its_contract(copy: Path, contract: str, file: str, line: str) -> None:
    with planted(copy, file, line) as where:
        code, output = lint(copy, "--contract", contract)
    assert code == 1, output
    assert any(where.is_named_in(reported) for reported in output.splitlines()), output


def test_an_import_for_annotations_only_breaks_nothing(copy: Path) -> None:
    lines = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from VaultModels.models import User"
    with planted(copy, "Plugins/Planted_Plugin/bll/Notes/GetApisbll.py", lines) as where:
        _, output = lint(copy, "--contract", "orm")
    assert not any(where.is_named_in(reported) for reported in output.splitlines()), output


def names(contract: str, key: str) -> set[str]:
    return set(CONTRACTS[PREFIX + contract][key].split())


def workflows() -> set[str]:
    """The packages of the core's own workflows; a plugin may keep one here too, named after no core feature."""
    features = {folder.name for folder in (ROOT / "VaultManagement").iterdir() if folder.is_dir()}
    folders = {folder.name for folder in (ROOT / "Orchestrators").glob("*Orchestrators")}
    return {f"Orchestrators.{name}" for name in folders if name.removesuffix("Orchestrators") in features}


def test_every_package_of_the_tree_is_looked_at() -> None:
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert packages - {"benchmarks"} == set(CONTRACTS["importlinter"]["root_packages"].split()) == OURS


def test_every_module_of_the_engine_is_under_its_contract() -> None:
    modules = {f"Orchestrators.{file.stem}" for file in (ROOT / "Orchestrators").glob("[A-Z]*.py")}
    expected = modules - {"Orchestrators.RegisterOrchestrator"} | {"Orchestrators.AbstractOrchestrators"}
    assert names("engine", "source_modules") == expected


@pytest.mark.parametrize("contract", ["engine", "workflows", "plugin-surface", "platform"])
def test_no_workflow_of_the_core_is_forgotten_among_what_is_forbidden(contract: str) -> None:
    assert workflows() <= names(contract, "forbidden_modules")


def test_no_workflow_of_the_core_may_import_a_plugin() -> None:
    assert workflows() <= names("core-to-plugin", "source_modules")
