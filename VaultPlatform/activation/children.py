"""Runs the site with a candidate list in a process of its own, which may hang, crash, fork or print without end.

The child is under a keeper: when it ends, is too slow, or the activation itself is killed, nothing of it is left.
"""

import collections
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Any

from VaultPlatform.activation.errors import ActivationError
from VaultPlatform.config.environment import REPOSITORY
from VaultPlatform.config.errors import sentence
from VaultPlatform.serving import keeper

PROGRAM = "VaultPlatform.activation.candidate"
#: So much of what a child prints is kept, in pieces of at most PIECE bytes.
LAST_PIECES, PIECE = 20, 1024
#: Between the child's own end at its time limit, which says where it hangs, and its being killed.
GRACE_SECONDS = 3.0
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')


class ChildFailed(ActivationError):
    """The child gave no answer. `reasons` names the plugin, where the place that it hung or crashed in is known."""


def run_candidate(
    work: str, *, settings: Path, home: Path, seconds: float, plugins: Collection[str] = (), **asked: Any
) -> dict[str, Any]:
    """What the function `work` of the child's program says of the site as `settings` would have it.

    Parameters: `seconds`, its time; `plugins`, the names that may be at fault; `asked`, what `work` takes. Raises
    ChildFailed.
    """
    with tempfile.TemporaryDirectory(prefix="try-", dir=home / "activation") as name:
        folder = Path(name)
        (folder / "asked.json").write_text(json.dumps({**asked, "seconds": seconds}))
        child = _Child(work, folder, settings=settings, home=home)
        in_time = child.wait(seconds + GRACE_SECONDS)
        answer = folder / "answer.json"
        if in_time and answer.exists():
            return dict(json.loads(answer.read_bytes()))
        raise _why(child, folder, in_time=in_time, seconds=seconds, plugins=plugins)


class _Child:
    """The child under its keeper."""

    def __init__(self, work: str, folder: Path, *, settings: Path, home: Path) -> None:
        self.last: collections.deque[str] = collections.deque(maxlen=LAST_PIECES)
        command = (sys.executable, "-m", PROGRAM, work, str(folder))
        self._process = subprocess.Popen(
            keeper.command_line(command, grace_seconds=0),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=REPOSITORY,
            env={**os.environ, "VAULT_SETTINGS": str(settings), "VAULT_HOME": str(home), "VAULT_ORG": ""},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait(self, seconds: float) -> bool:
        """Whether it ended in time. Nothing of it is left in any case."""
        try:
            self._process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False
        finally:
            self._end()

    @property
    def exit_code(self) -> int:
        return self._process.returncode

    def _end(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)  # the keeper kills all of it at once
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._reader.join(timeout=2)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _read(self) -> None:
        if self._process.stdout is not None:
            while piece := self._process.stdout.readline(PIECE):
                self.last.append(piece.decode(errors="replace").rstrip())


def _why(
    child: _Child, folder: Path, *, in_time: bool, seconds: float, plugins: Collection[str]
) -> ChildFailed:
    plugin, place = _place(folder / "stack", plugins)
    where = f" ({place})" if place else ""
    slow = not in_time or (folder / "late").exists() or (child.exit_code == 1 and bool(place))
    if slow and place:
        reason = f"it was not done after {seconds:g} s{where}"
    elif slow:
        reason = f"loading was not done after {seconds:g} s"
    else:
        said = next((line for line in reversed(child.last) if line.strip()), "nothing")
        reason = f"the process that tried it ended with exit code {child.exit_code}{where}; the last it said: {said}"
    who = plugin or (next(iter(plugins)) if len(plugins) == 1 else None)
    text = sentence(f"{f'{who} cannot be switched on' if who else 'The new list cannot be loaded'}: {reason}")
    return ChildFailed(text, reasons={who: reason} if who else {})


def _place(stack: Path, plugins: Collection[str]) -> tuple[str | None, str]:
    """The plugin, with file and line, that the innermost frame of a plugin is in."""
    try:
        frames = _FRAME.findall(stack.read_text(errors="replace"))
    except OSError:
        return None, ""
    for file, line in frames:  # the most recent call comes first
        parts = Path(file).parts
        for name in plugins:
            if name in parts:
                return name, f"{'/'.join(parts[parts.index(name) :])}:{line}"
    return None, ""
