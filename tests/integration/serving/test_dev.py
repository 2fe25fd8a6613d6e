"""`make dev`: what counts as an edit, and that edits restart the program while stopping leaves nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.serving.dummy_site import ROOT
from tests.integration.serving.processes import below, is_alive, wait_until
from VaultPlatform.serving.dev import changed_paths, snapshot

pytestmark = pytest.mark.database_independent

WATCHER = """
import pathlib, sys
from VaultPlatform.serving.dev import watch
watch((sys.executable, "program.py"), folder=pathlib.Path.cwd())
"""
COUNT_A_START = "open('starts', 'a').write('x')\n"
STAY_UP = COUNT_A_START + "import time\ntime.sleep(60)\n"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    (tmp_path / "program.py").write_text(STAY_UP)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", WATCHER], cwd=tmp_path, env=environment, start_new_session=True
    )
    wait_for_starts(tmp_path, 1)
    yield process, tmp_path
    process.kill()
    process.wait()


def wait_for_starts(folder: Path, number: int) -> None:
    starts = folder / "starts"
    wait_until(
        lambda: starts.exists() and len(starts.read_text()) == number, seconds=10, what=f"{number} starts"
    )


def test_an_edit_starts_the_program_again_and_ends_the_old_one(
    watched: tuple[subprocess.Popen[bytes], Path],
) -> None:
    process, folder = watched
    old = below(process.pid)
    (folder / "settings.json").write_text("{}")
    wait_for_starts(folder, 2)
    assert not any(map(is_alive, old))


def test_a_program_broken_by_an_edit_comes_back_with_the_next_edit(
    watched: tuple[subprocess.Popen[bytes], Path],
) -> None:
    _, folder = watched
    (folder / "program.py").write_text(COUNT_A_START + "raise SystemExit(1)\n")
    wait_for_starts(folder, 2)
    (folder / "program.py").write_text(STAY_UP)
    wait_for_starts(folder, 3)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_stopping_or_killing_the_watcher_leaves_no_process(
    watched: tuple[subprocess.Popen[bytes], Path], number: signal.Signals
) -> None:
    process, _ = watched
    everything = below(process.pid)
    process.send_signal(number)
    assert process.wait(10) == (0 if number is not signal.SIGKILL else -signal.SIGKILL)
    wait_until(lambda: not any(map(is_alive, everything)), seconds=3, what="all are gone")


def test_edits_of_sources_count_and_those_of_data_caches_and_other_files_do_not(tmp_path: Path) -> None:
    for folder in ("Plugins/New", "var", "__pycache__", ".venv", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
    before = snapshot(tmp_path)
    for name in ("var/a.json", "__pycache__/a.py", ".venv/a.py", "elsewhere/a.py", "notes.txt", "a.sqlite3"):
        (tmp_path / name).touch()
    (tmp_path / "Plugins/New/urls.py").touch()
    after = snapshot(tmp_path, skipped=frozenset({tmp_path / "elsewhere"}))
    assert changed_paths(before, after) == [str(tmp_path / "Plugins/New/urls.py")]
