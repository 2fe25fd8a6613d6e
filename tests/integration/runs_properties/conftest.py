"""A ledger outside, and a source of processes that may be stopped and killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.runs.conftest import ledger, ledger_org, make_ledger
from tests.integration.runs.outside import Ledger
from tests.integration.runs_properties.children import Children, wait_until
from tests.site import REPOSITORY

__all__ = ["ledger", "ledger_org", "make_ledger"]


@pytest.fixture(scope="module")
def forking(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where processes are to be had."""
    path = str(tmp_path_factory.mktemp("forking") / "socket")
    command = [sys.executable, "-m", "tests.integration.runs_properties.children_program", path]
    with subprocess.Popen(command, cwd=REPOSITORY) as process:
        try:
            wait_until(lambda: os.path.exists(path + ".ready") or process.poll() is not None)  # noqa: PTH110
            yield path
        finally:
            process.kill()


@pytest.fixture
def children(forking: str, ledger_org: Any, ledger: Ledger, tmp_path: Path) -> Children:
    """Processes that work in the current organisation."""
    return Children(forking, org=ledger_org, ledger=ledger, broken=tmp_path / "broken")
