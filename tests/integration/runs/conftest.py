"""An organisation with a table, and a ledger outside of the database."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.integration.runs.outside import Ledger
from tests.integration.runs.steps import SOCKET, TABLE
from tests.site import REPOSITORY


@pytest.fixture
def ledger_org(org: Any) -> Any:
    """The current organisation, with the table."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    return org


@pytest.fixture
def make_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Ledger]]:
    """`make_ledger("keyless")` serves a ledger for this test."""
    with ExitStack() as stack:

        def make(*mode: str) -> Ledger:
            path = str(tmp_path / "ledger")
            command = [sys.executable, "-m", "tests.integration.runs.outside", path, *mode]
            process = stack.enter_context(subprocess.Popen(command, cwd=REPOSITORY))
            stack.callback(process.kill)
            deadline = time.monotonic() + 20
            while not os.path.exists(path + ".ready"):  # noqa: PTH110
                assert time.monotonic() < deadline and process.poll() is None
                time.sleep(0.02)
            monkeypatch.setenv(SOCKET, path)
            return Ledger(path)

        yield make


@pytest.fixture
def ledger(make_ledger: Callable[..., Ledger]) -> Ledger:
    """A ledger that heeds keys."""
    return make_ledger()
