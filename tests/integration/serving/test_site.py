"""`make run` and `manage.py serve` for real: a site is up, can be used, keeps its data and leaves no process."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.serving.dummy_site import ROOT
from tests.integration.serving.processes import below, is_alive, wait_until

pytestmark = pytest.mark.timeout(300)

SERVE = (sys.executable, "manage.py", "serve")
#: The target as it is, with the .venv that runs these tests.
MAKE_RUN = ("make", "--no-print-directory", "-o", "base-venv", "run")
UP = "NimbusVault is up at"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """A folder of state and a port of its own, on which the site can be started again and again."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.home = folder / "home"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.settings = folder / "settings.json"
        self.settings.write_text(json.dumps(settings))
        self.log = folder / "output"
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}
        places = {
            "VAULT_HOME": str(self.home),
            "VAULT_SETTINGS": str(self.settings),
            "VAULT_PORT": str(self.port),
        }
        tests = {name: value for name, value in os.environ.items() if name.startswith("VAULT_TEST_")}
        return {**kept, **tests, **places, **more}

    def start(self, command: tuple[str, ...], **environment: str) -> None:
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment(**environment),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(lambda: self.is_up() or self.has_ended(), seconds=120, what="the site is up")
        assert self.is_up(), self.output

    def is_up(self) -> bool:
        return "Ctrl-C stops it." in self.output

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    @property
    def output(self) -> str:
        return self.log.read_text()

    def processes(self) -> list[int]:
        assert self.process is not None
        return [self.process.pid, *below(self.process.pid)]

    def refused(self, command: tuple[str, ...] = SERVE) -> str:
        """What a start that must fail says."""
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode != 0, done.stdout
        assert "Traceback" not in done.stderr + done.stdout
        return done.stderr

    def sign_in_as_printed(self, password: str | None = None) -> dict[str, Any]:
        """Do in a shell what the text at the terminal says to try."""
        lines = self.output.partition("Try it in another terminal:")[2].partition("Ctrl-C")[0]
        if password is not None:
            lines = re.sub(r"PASSWORD='.*'", f"PASSWORD='{password}'", lines)
        done = subprocess.run(["sh", "-c", lines], capture_output=True, text=True, check=True, env=os.environ)
        return dict(json.loads(done.stdout))

    def end(self, number: signal.Signals, *, to_all: bool = False) -> None:
        """Send a signal, to the whole foreground group as a terminal does, or to the process; nothing is left."""
        assert self.process is not None
        processes = self.processes()
        (os.killpg if to_all else os.kill)(self.process.pid, number)
        self.process.wait(30)
        wait_until(lambda: not any(map(is_alive, processes)), seconds=15, what=f"{self.output}\nall are gone")


def test_make_run_serves_from_nothing_and_keeps_its_data_and_ends_without_a_trace(site: Site) -> None:
    site.start(MAKE_RUN)
    printed = re.search(r"password (\S+) \(shown at this start only\)", site.output)
    assert printed
    assert "access" in site.sign_in_as_printed()
    site.end(signal.SIGINT, to_all=True)

    site.start(MAKE_RUN)
    assert printed[1] not in site.output
    assert "password as set at the first start" in site.output
    assert "access" in site.sign_in_as_printed(printed[1])
    site.end(signal.SIGKILL)


@pytest.mark.database_independent
def test_a_running_site_survives_the_loss_of_any_process_and_refuses_a_second_on_its_data(site: Site) -> None:
    site.start(SERVE, VAULT_ADMIN_PASSWORD="a password of 'mine'")
    assert "mine" not in site.output
    assert "already runs on the data in" in site.refused()

    for name, mark in (("web", "web_program\0"), ("worker", "\0worker\0"), ("beat", "\0beat\0")):
        os.kill(program(site, mark), signal.SIGKILL)
        wait_until(
            lambda name=name: f"{name} is up again" in site.output, seconds=60, what=f"{name} is up again"
        )
    site.end(signal.SIGKILL)


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def program(site: Site, mark: str) -> int:
    """The topmost process, below its keeper, whose command line holds `mark`."""
    return min(
        pid for pid in site.processes() if mark in command_line(pid) and "keeper.py" not in command_line(pid)
    )


@pytest.mark.database_independent
def test_a_taken_port_is_told_before_anything_is_prepared(site: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", site.port))
        taken.listen()
        assert f"Port {site.port} on 127.0.0.1 cannot be used" in site.refused()
    assert not list(site.home.glob("*.sqlite3"))


@pytest.mark.database_independent
def test_broken_settings_are_told_in_one_message(site: Site) -> None:
    site.settings.write_text('{"Base": {"active_plugin": []}}')
    assert "active_plugins" in site.refused()
