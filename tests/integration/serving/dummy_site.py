"""A site of harmless programs under the real supervisor, run as a process of its own by the tests.

`python -m tests.integration.serving.dummy_site PATIENCE_JSON NAME=BEHAVIOUR...`. Each behaviour is a function
below, run in a process of its own; every process writes its id to the folder `pids` of the current folder.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from VaultPlatform.serving.child import READY, Program
from VaultPlatform.serving.console import announce
from VaultPlatform.serving.generations import report, report_hanging
from VaultPlatform.serving.supervisor import CannotServe, Patience, Supervisor

ROOT = Path(__file__).parents[3]


def note_pid(role: str) -> None:
    (Path("pids") / f"{os.getpid()}.{role}").touch()


def ready() -> None:
    os.write(1, f"{READY}\n".encode())


def sleep_for_ever() -> None:
    while True:
        time.sleep(60)


def family() -> None:
    """A program with a child of its own and a grandchild that moved to another session and ignores SIGTERM."""
    if os.fork() == 0:
        note_pid("forked")
        if os.fork() == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            note_pid("strayed")
        sleep_for_ever()
    ready()
    sleep_for_ever()


def stubborn() -> None:
    """Ignores being asked to end."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ready()
    sleep_for_ever()


def tidy() -> None:
    """Leaves a file behind when it is asked to end."""

    def end(*_: object) -> None:
        Path("tidied").touch()
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    ready()
    sleep_for_ever()


def broken() -> None:
    """Cannot start."""
    print("the reason is here", flush=True)
    sys.exit(3)


def fragile() -> None:
    """Ends soon after it was ready, every time."""
    ready()
    time.sleep(0.4)
    sys.exit(4)


def fragile_once() -> None:
    """Ends the first time, is sound the second."""
    mark = Path("was here")
    ready()
    if not mark.exists():
        mark.touch()
        time.sleep(0.4)
        sys.exit(4)
    sleep_for_ever()


def mute() -> None:
    """Runs and never says that it is ready."""
    sleep_for_ever()


def loses_thread() -> None:
    """Loses a thread to something as soon as it has loaded, and cannot end by itself."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    report({})
    ready()
    report_hanging("something does not come back")
    sleep_for_ever()


def loses_thread_once() -> None:
    """Is sound the second time."""
    mark = Path("was here")
    if not mark.exists():
        mark.touch()
        loses_thread()
    report({})
    ready()
    sleep_for_ever()


def silent_once() -> None:
    """Answers the second time only."""
    mark = Path("was here")
    if mark.exists():
        Path("answers").touch()
    mark.touch()
    report({})
    ready()
    sleep_for_ever()


def _why_silent(seconds: float) -> str | None:
    return None if Path("answers").exists() else f"no answer for {seconds:g} seconds"


#: What of a program of that behaviour is like the site's web server.
_MORE: dict[str, dict[str, Any]] = {
    "loses_thread": {"processes": 1, "beside": True},
    "loses_thread_once": {"processes": 1, "beside": True},
    "silent_once": {"processes": 1, "beside": True, "why_silent": _why_silent},
}


def _program(name: str, behaviour: str) -> Program:
    module = "tests.integration.serving.dummy_site"
    environment = {"PYTHONPATH": str(ROOT)}
    command = (sys.executable, "-m", module, "--behave", behaviour)
    more = _MORE.get(behaviour, {})
    return Program(name=name, command=command, environment=environment, folder=Path.cwd(), **more)


def main() -> int:
    if sys.argv[1] == "--behave":
        note_pid("program")
        globals()[sys.argv[2]]()
        return 0
    note_pid("supervisor")
    programs = [_program(*pair.split("=")) for pair in sys.argv[2:]]
    try:
        patience = Patience(**json.loads(sys.argv[1]))
        Supervisor(programs, patience=patience, home=Path("home")).run(when_ready=lambda: announce("WELCOME"))
    except CannotServe as error:
        announce(f"REFUSED {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
