"""How other processes of this machine ask the supervisor for something: a file with the request, one with the answer.

Files, because they need no address, no thread and no permission but that of the folder, and a request that is made
while the supervisor is busy waits. Standard library only.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from VaultPlatform.serving.generations import serving_folder
from VaultPlatform.serving.home import LOCK_NAME

POLL_SECONDS = 0.1


class NoSupervisor(Exception):
    """No `serve` runs on this folder, or it ended before it answered."""


def is_running(home: Path) -> bool:
    """Whether a supervisor holds the folder `home`."""
    try:
        file = os.open(home / LOCK_NAME, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def leave_request(home: Path, request: dict[str, Any], *, name: str = "") -> str:
    """Leave a request, under a name that nothing else has, and return the name of its answer."""
    name = name or uuid4().hex
    draft = serving_folder(home) / f"{name}.draft"
    draft.write_text(json.dumps(request))
    draft.replace(draft.with_suffix(".request"))
    return name


def withdraw_request(home: Path, name: str) -> bool:
    """Take a request back; False when the supervisor has taken it already, or there is none."""
    try:
        (serving_folder(home) / f"{name}.request").unlink()
    except FileNotFoundError:
        return False
    return True


def ask(home: Path, request: dict[str, Any], *, seconds: float) -> dict[str, Any]:
    """Ask the supervisor of `home` and wait for its answer.

    Raises NoSupervisor if there is none, it ends, or it does not answer in time.
    """
    if not is_running(home):
        raise NoSupervisor("The site is not running.")
    name, deadline = leave_request(home, request), time.monotonic() + seconds
    answer = serving_folder(home) / f"{name}.answer"
    while not answer.exists():
        if time.monotonic() > deadline or not is_running(home):
            (serving_folder(home) / f"{name}.request").unlink(missing_ok=True)
            raise NoSupervisor("The site ended, or did not answer in time.")
        time.sleep(POLL_SECONDS)
    said = dict(json.loads(answer.read_bytes()))
    answer.unlink(missing_ok=True)
    return said


class Inbox:
    """The supervisor's side. What lies there from before its start is for nobody and is removed."""

    def __init__(self, home: Path) -> None:
        self._folder = serving_folder(home)
        for path in self._folder.iterdir():
            if path.suffix in {".request", ".answer", ".draft"}:
                path.unlink(missing_ok=True)

    def requests(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each new request once, with the name by which it is answered."""
        for path in sorted(self._folder.glob("*.request")):
            try:
                request = dict(json.loads(path.read_bytes()))
            except (OSError, ValueError):
                request = {}
            path.unlink(missing_ok=True)
            yield path.stem, request

    def answer(self, name: str, said: dict[str, Any]) -> None:
        """Answer a request."""
        draft = self._folder / f"{name}.draft"
        draft.write_text(json.dumps(said))
        draft.replace(draft.with_suffix(".answer"))
