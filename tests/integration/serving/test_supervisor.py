"""The supervisor with real processes: nothing outlives it, whatever happens, and failures are told."""

import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.serving.dummy_site import ROOT
from tests.integration.serving.processes import below, is_alive, wait_until
from VaultPlatform.serving.programs import why_silent

pytestmark = pytest.mark.database_independent

PATIENCE = {"start_seconds": 10, "grace_seconds": 1, "pause_seconds": 0.1, "failures_in_a_row": 2}


class DummySite:
    """A supervisor with dummy programs, started in a folder of its own; its output goes to a file there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        (folder / "pids").mkdir()

    def start(self, *programs: str, controlling_terminal: int | None = None, **patience: float) -> None:
        command = [sys.executable, "-m", "tests.integration.serving.dummy_site"]
        with (self.folder / "output").open("wb") as output:
            self.process = subprocess.Popen(
                [*command, json.dumps({**PATIENCE, **patience}), *programs],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=controlling_terminal,
                stdout=output if controlling_terminal is None else controlling_terminal,
                stderr=subprocess.STDOUT,
                start_new_session=controlling_terminal is None,
                preexec_fn=None if controlling_terminal is None else lambda: os.login_tty(0),
            )

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text()

    def pids(self, role: str = "*") -> list[int]:
        return [int(path.stem) for path in (self.folder / "pids").glob(f"*.{role}")]

    def wait_for_output(self, text: str) -> None:
        wait_until(lambda: text in self.output, seconds=15, what=f"{text!r} is printed, got {self.output!r}")

    def wait_for_roles(self, *roles: str) -> None:
        wait_until(lambda: all(map(self.pids, roles)), seconds=15, what=f"there are processes {roles}")

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def exit_code(self, *, seconds: float = 8) -> int:
        assert self.process is not None
        return self.process.wait(seconds)

    def everything_below(self) -> list[int]:
        assert self.process is not None
        return below(self.process.pid)

    def keepers(self) -> list[int]:
        return [
            pid for pid in self.everything_below() if "keeper.py" in Path(f"/proc/{pid}/cmdline").read_text()
        ]

    def assert_nothing_left(self, also: list[int], *, seconds: float = 5) -> None:
        known = {*self.pids(), *also}
        wait_until(lambda: not any(map(is_alive, known)), seconds=seconds, what=f"all of {known} are gone")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[DummySite]:
    made = DummySite(tmp_path)
    yield made
    for pid in made.pids():
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)
    if made.process is not None:
        made.process.wait()


def started(site: DummySite, **patience: float) -> list[int]:
    """A site with a family up; returns the ids of all its processes."""
    site.start("web=family", "worker=tidy", **patience)
    site.wait_for_output("WELCOME")
    site.wait_for_roles("forked", "strayed")
    processes = site.everything_below()
    assert len(processes) >= 6, "two keepers, two programs, two forked processes"
    return processes


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_ends_every_process_and_lets_programs_tidy_up(
    site: DummySite, number: signal.Signals
) -> None:
    processes = started(site)
    site.send(number)
    assert site.exit_code() == 0
    site.assert_nothing_left(processes, seconds=0.2)
    assert (site.folder / "tidied").exists()
    assert f"{number.name} received" in site.output


def test_closing_the_terminal_ends_every_process(site: DummySite) -> None:
    ours, theirs = pty.openpty()
    site.start("web=family", controlling_terminal=theirs)
    os.close(theirs)
    site.wait_for_roles("forked", "strayed")
    processes = site.everything_below()
    os.close(ours)
    site.exit_code()
    site.assert_nothing_left(processes, seconds=0.2)


def test_killing_the_supervisor_leaves_no_process_and_lets_programs_tidy_up(site: DummySite) -> None:
    processes = started(site)
    site.send(signal.SIGKILL)
    site.exit_code()
    site.assert_nothing_left(processes)
    assert (site.folder / "tidied").exists()


def test_killing_supervisor_and_programs_at_once_leaves_no_process(site: DummySite) -> None:
    processes = started(site)
    for pid in [*site.pids("supervisor"), *site.pids("program")]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    site.exit_code()
    site.assert_nothing_left(processes)


def test_killing_supervisor_and_keepers_at_once_ends_the_programs(site: DummySite) -> None:
    site.start("web=stubborn", "worker=tidy")
    site.wait_for_output("WELCOME")
    for pid in [*site.pids("supervisor"), *site.keepers()]:
        os.kill(pid, signal.SIGKILL)
    site.exit_code()
    site.assert_nothing_left([])


def test_a_killed_keeper_takes_its_program_along_and_both_come_back(site: DummySite) -> None:
    site.start("web=family")
    site.wait_for_output("WELCOME")
    site.wait_for_roles("forked", "strayed")
    first = site.everything_below()
    (keeper,) = site.keepers()
    os.kill(keeper, signal.SIGKILL)
    site.wait_for_output("web is up again")
    wait_until(lambda: not any(map(is_alive, first)), seconds=3, what="the first family is gone")
    site.send(signal.SIGTERM)
    assert site.exit_code() == 0
    site.assert_nothing_left([], seconds=0.2)


def test_a_program_that_ignores_being_asked_is_killed_after_the_grace_period(site: DummySite) -> None:
    site.start("web=stubborn")
    site.wait_for_output("WELCOME")
    site.send(signal.SIGTERM)
    assert site.exit_code() == 0
    site.assert_nothing_left([], seconds=0.2)


def test_a_second_signal_does_not_wait_for_the_grace_period(site: DummySite) -> None:
    site.start("web=stubborn", grace_seconds=60)
    site.wait_for_output("WELCOME")
    site.send(signal.SIGINT)
    site.wait_for_output("SIGINT received")
    site.send(signal.SIGINT)
    assert site.exit_code() == 0
    site.assert_nothing_left([], seconds=0.2)


def test_a_program_that_cannot_start_stops_all_and_its_last_lines_are_told(site: DummySite) -> None:
    site.start("web=family", "worker=broken")
    assert site.exit_code(seconds=15) == 1
    assert "REFUSED worker cannot start: it ended with exit code 3" in site.output
    assert "    the reason is here" in site.output
    assert "WELCOME" not in site.output
    site.assert_nothing_left([], seconds=0.2)


def test_a_program_that_never_becomes_ready_stops_all_and_is_named(site: DummySite) -> None:
    site.start("web=family", "beat=mute", start_seconds=2)
    assert site.exit_code(seconds=15) == 1
    assert "REFUSED beat was not ready after 2 seconds: it has not reported" in site.output
    site.assert_nothing_left([], seconds=0.2)


def test_a_program_that_ends_after_it_was_up_is_started_again(site: DummySite) -> None:
    site.start("web=fragile_once", "worker=tidy")
    site.wait_for_output("web ended with exit code 4; starting it again in 0.1 s")
    site.wait_for_output("web is up again")
    assert len(site.pids("program")) == 3, "web twice, worker once"
    assert site.output.count("WELCOME") == 1


def test_a_program_that_keeps_ending_stops_all_after_some_attempts(site: DummySite) -> None:
    site.start("web=fragile", "worker=tidy")
    assert site.exit_code(seconds=20) == 1
    assert "REFUSED web ended 3 times in a row, last with exit code 4" in site.output
    site.assert_nothing_left([], seconds=0.2)


def test_output_carries_the_name_of_its_program(site: DummySite) -> None:
    site.start("worker=broken")
    site.exit_code(seconds=15)
    assert "worker | the reason is here" in site.output


HASTY = {"drain_seconds": 0.1, "silent_seconds": 0.5}


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        ("loses_thread_once", "something does not come back"),
        ("silent_once", "no answer for 0.5 seconds"),
    ],
)
def test_a_program_that_hangs_is_replaced_and_told(site: DummySite, behaviour: str, why: str) -> None:
    site.start(f"web={behaviour}", "worker=tidy", **HASTY)
    site.wait_for_output("WELCOME")
    first = site.pids("program")
    site.wait_for_output(f"web HANGS: {why}. It is replaced by new processes.")
    site.wait_for_output("web is new.")
    wait_until(
        lambda: len([pid for pid in first if is_alive(pid)]) == 1, seconds=8, what="the worker alone is old"
    )
    assert len([pid for pid in site.pids("program") if is_alive(pid)]) == 2
    assert site.output.count("HANGS") == 1
    site.send(signal.SIGTERM)
    assert site.exit_code() == 0
    site.assert_nothing_left([], seconds=0.2)


def test_a_program_that_hangs_every_time_is_replaced_now_and_then_only(site: DummySite) -> None:
    site.start("web=loses_thread", **HASTY, between_seconds=3)
    site.wait_for_output("web is new.")
    began = time.monotonic()
    wait_until(lambda: site.output.count("HANGS") == 2, seconds=15, what="it is replaced again")
    assert time.monotonic() - began > 1
    time.sleep(2)
    assert site.output.count("HANGS") == 2


def test_what_listens_and_does_not_answer_is_silent() -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
        assert why_silent(port, seconds=0.2) is None, "nobody listens, which is another matter"
        one.listen()
        assert why_silent(port, seconds=0.2) == "/vault/health/live has got no answer for 0.2 seconds"


def test_what_answers_anything_is_not_silent() -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()

        def answer() -> None:
            taken, _ = one.accept()
            taken.recv(1000)
            taken.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
            taken.close()

        thread = threading.Thread(target=answer)
        thread.start()
        assert why_silent(one.getsockname()[1], seconds=10) is None
        thread.join()
