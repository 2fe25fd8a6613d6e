"""`make test` itself: servers of its own, and an honest verdict."""

import dataclasses
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import run, services
from tests.integration.serving.processes import below, is_alive, wait_until

pytestmark = [pytest.mark.timeout(250), pytest.mark.database_independent]

ROOT = Path(__file__).parents[3]
POSTGRESQL_IS_THERE = services.Found(kind=services.POSTGRESQL, url="postgresql://x", words="found")
POSTGRESQL_IS_MISSING = services.Found(kind=services.POSTGRESQL, url=None, words="postgres is not installed")


def outcome(code: int, summary: str = "1 passed in 0.1s") -> run.Outcome:
    return run.Outcome(round=run.ON_SQLITE, code=code, summary=summary)


def installed(program: str) -> bool:
    return bool(shutil.which(program)) or any(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))


def user_of(pid: int, program: str) -> int | None:
    """Number of the user that a process runs as; None if it is another program, or has ended meanwhile."""
    try:
        is_it = Path(f"/proc/{pid}/comm").read_text().strip() == program
        return Path(f"/proc/{pid}").stat().st_uid if is_it else None
    except (FileNotFoundError, ProcessLookupError):
        return None


@pytest.mark.parametrize(
    ("kind", "program"), [(services.POSTGRESQL, "postgres"), (services.REDIS, "redis-server")]
)
def test_a_server_is_started_where_none_runs_never_as_root_and_ends_with_the_run(
    kind: services.Kind, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not installed(program):
        pytest.skip(f"{program} is not installed")
    monkeypatch.delenv(kind.variable, raising=False)
    with ExitStack() as stack:
        found = services._find(dataclasses.replace(kind, usual_urls=()), stack)
        assert found.words == "started for this run"
        assert found.url
        kind.check(found.url)
        users = {pid: user_of(pid, program) for pid in below(os.getpid())}
        servers = [pid for pid, user in users.items() if user is not None]
        assert servers
        assert 0 not in users.values()
    wait_until(lambda: not any(map(is_alive, servers)), seconds=3, what="the server is gone")
    with pytest.raises(services.CannotUse):
        kind.check(found.url)


def not_installed(_folder: Path) -> services.Recipe:
    raise services.CannotUse("postgres is not installed")


def test_a_server_that_cannot_be_had_is_left_out_with_the_reason() -> None:
    kind = dataclasses.replace(
        services.POSTGRESQL, variable="VAULT_TEST_UNSET", usual_urls=(), recipe=not_installed
    )
    with ExitStack() as stack:
        found = services._find(kind, stack)
    assert (found.url, found.words) == (None, "postgres is not installed")


@pytest.mark.parametrize("rather_own", [True, False])
def test_the_one_on_the_usual_port_is_taken_before_one_of_our_own_or_where_there_can_be_none(
    *, rather_own: bool
) -> None:
    began = []

    def recipe(folder: Path) -> services.Recipe:
        began.append(folder)
        return not_installed(folder)

    kind = services.Kind(
        name="Any",
        variable="VAULT_TEST_UNSET",
        usual_urls=("any://127.0.0.1:1/",),
        check=lambda _url: None,
        recipe=recipe,
        rather_own=rather_own,
    )
    with ExitStack() as stack:
        found = services._find(kind, stack)
    assert (found.url, found.words) == ("any://127.0.0.1:1/", "found running on its usual port")
    assert len(began) == rather_own


def test_a_server_that_was_named_but_cannot_be_used_is_an_error_and_not_replaced() -> None:
    environment = {**os.environ, "VAULT_TEST_REDIS_URL": "redis://127.0.0.1:1/0"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.run"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "A server that was named cannot be used. Redis:" in done.stderr


def test_what_a_run_makes_lies_in_a_folder_of_its_own_that_is_gone_then() -> None:
    before = tempfile.gettempdir()
    with run.workshop() as variables:
        assert tempfile.gettempdir() == variables["TMPDIR"] != before
        compiled = Path(variables["PYTHONPYCACHEPREFIX"])
        code = "import sys, json.tool; print(sys.pycache_prefix, json.tool.__cached__)"
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**run._environment(), **variables},
            capture_output=True,
            text=True,
            check=True,
        )
        prefix, cached = done.stdout.split()
        assert (Path(prefix), Path(cached).is_relative_to(compiled)) == (compiled, True)
        assert Path(cached).exists()
    assert not compiled.parent.exists()
    assert tempfile.gettempdir() == before


def test_what_a_killed_run_left_in_memory_is_removed_and_what_another_one_uses_is_not(tmp_path: Path) -> None:
    left, used = tmp_path / "vt-left", tmp_path / "vt-used"
    for folder in (left, used):
        folder.mkdir()
        (folder / "lock").touch()
    with (used / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run.remove_left(tmp_path)
    assert list(tmp_path.iterdir()) == [used]


def test_a_run_that_is_asked_to_end_leaves_nothing(tmp_path: Path) -> None:
    chosen = "tests/integration/runner/test_runner.py::test_all_passed_is_well"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.run", chosen],
        cwd=ROOT,
        env={**os.environ, "VAULT_TEST_PROCESSES": "1", "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        wait_until(lambda: "=== SQLite" in process.stdout.readline(), seconds=60, what="the first round")
        folders = {*tmp_path.glob(f"{run.PREFIX}*"), *Path("/dev/shm").glob(f"{run.PREFIX}*")}
        [own] = [each for each in folders if holder_of(each / run.LOCK) == process.pid]
        below_it = below(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 130
    assert not own.exists()
    wait_until(lambda: not any(map(is_alive, below_it)), seconds=15, what="all are gone")


def holder_of(file: Path) -> int | None:
    """The process that has a file locked."""
    number = file.stat().st_ino if file.exists() else None
    for line in Path("/proc/locks").read_text().splitlines():
        fields = line.replace("-> ", "").split()
        if fields[1] == "FLOCK" and int(fields[5].split(":")[2]) == number:
            return int(fields[4])
    return None


def test_memory_is_used_where_it_has_room_and_runs_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run.memory(tmp_path / "nowhere") is None
    monkeypatch.setattr(run, "ROOM", 1)
    assert run.memory(tmp_path) == tmp_path
    assert run.memory(Path("/proc")) is None
    monkeypatch.setattr(run, "ROOM", 1 << 60)
    assert run.memory(tmp_path) is None


def test_arguments_reach_pytest_and_its_summary_is_among_the_last_lines() -> None:
    chosen = "tests/integration/runner/test_runner.py::test_all_passed_is_well"
    done = subprocess.run(
        [sys.executable, "-m", "tests.run", chosen],
        cwd=ROOT,
        env={**os.environ, "VAULT_TEST_PROCESSES": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"on SQLite: +1 passed", done.stdout.partition("=== What ran ===")[2])


def test_all_passed_is_well() -> None:
    assert run.report([POSTGRESQL_IS_THERE], [outcome(0), outcome(0)], required=True)


def test_one_failed_round_fails_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert not run.report([POSTGRESQL_IS_THERE], [outcome(0), outcome(1, "1 failed in 0.1s")], required=False)
    assert "FAILED on SQLite" in capsys.readouterr().out


def test_a_selection_that_fits_one_round_only_is_well_and_one_that_fits_none_fails() -> None:
    assert run.report([POSTGRESQL_IS_THERE], [outcome(0), outcome(run.NOTHING_SELECTED)], required=True)
    assert not run.report([POSTGRESQL_IS_THERE], [outcome(run.NOTHING_SELECTED)] * 2, required=True)


def test_leaving_out_postgresql_is_told_and_fails_only_where_it_is_required(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run.report([POSTGRESQL_IS_MISSING], [outcome(0)], required=False)
    assert "LEFT OUT: postgres is not installed" in capsys.readouterr().out
    assert not run.report([POSTGRESQL_IS_MISSING], [outcome(0)], required=True)


def test_the_summary_is_the_last_line_of_pytest_without_its_colours() -> None:
    tail = "noise 1 passed\n\x1b[32m==== \x1b[1m3 passed\x1b[0m, 1 skipped in 0.2s ====\x1b[0m\n"
    assert run._summary(tail) == "3 passed, 1 skipped in 0.2s"
