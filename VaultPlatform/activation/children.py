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
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from VaultPlatform.activation.errors import ActivationError
from VaultPlatform.activation.locking import folder_of
from VaultPlatform.config.environment import REPOSITORY
from VaultPlatform.config.errors import sentence
from VaultPlatform.host.left_out import LeftOut, files_of, read_left_out
from VaultPlatform.serving import keeper
from VaultPlatform.serving.generations import VARIABLE

PROGRAM = "VaultPlatform.activation.candidate"
#: So much of what a child prints is kept, in pieces of at most PIECE bytes.
LAST_PIECES, PIECE = 20, 1024
#: Between the child's own end at its time limit, which says where it hangs, and its being killed.
GRACE_SECONDS = 3.0
#: How the lines begin that the platform itself logs.
_LOGGED = '{"event"'
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')


class ChildFailed(ActivationError):
    """The child gave no answer. `plugin` and `found` say at which one it hung or ended, if that is known."""

    def __init__(self, why: str, *, plugin: str | None = None, found: LeftOut | None = None) -> None:
        what = f"{plugin} cannot be loaded" if plugin else "The new list cannot be loaded"
        super().__init__(sentence(f"{what}: {why}"), reasons={plugin: why} if plugin else {})
        self.plugin, self.why = plugin, why
        self.found = found


def run_candidate(
    work: str,
    *,
    settings: Path,
    home: Path,
    seconds: float,
    plugins: Collection[str] = (),
    left_out: Mapping[str, LeftOut] | None = None,
    **asked: Any,
) -> dict[str, Any]:
    """What the function `work` of the child's program says of the site as `settings` would have it.

    Parameters: `seconds`, its time; `plugins`, the names that may be at fault; `left_out`, the plugins that it has to
    do without, those that are known if it is None; `asked`, what `work` takes. Raises ChildFailed.
    """
    known = read_left_out(home) if left_out is None else left_out
    without = {name: asdict(each) for name, each in known.items()}
    with tempfile.TemporaryDirectory(prefix="try-", dir=folder_of(home)) as name:
        folder = Path(name)
        (folder / "asked.json").write_text(json.dumps({**asked, "seconds": seconds, "left_out": without}))
        child = _Child(work, folder, settings=settings, home=home)
        in_time = child.wait(seconds + GRACE_SECONDS)
        answer = folder / "answer.json"
        if in_time and answer.exists():
            return dict(json.loads(answer.read_bytes()))
        raise _why(child, folder, in_time=in_time, seconds=seconds, plugins=plugins)


def run_without_killers(
    work: str,
    *,
    home: Path,
    plugins: Collection[str],
    needed: Callable[[str], bool] = lambda _name: False,
    left_out: Mapping[str, LeftOut],
    **asked: Any,
) -> tuple[dict[str, Any], dict[str, LeftOut]]:
    """The same, once the plugins that hang or end the child are left out; and those, `left_out` among them.

    Raises ChildFailed where it is not known which plugin it is, and for one that is `needed`.
    """
    found = dict(left_out)
    while True:
        try:
            return run_candidate(work, home=home, plugins=plugins, left_out=found, **asked), found
        except ChildFailed as error:
            name = error.plugin
            if name is None or error.found is None or name in found or needed(name):
                raise
            found[name] = error.found


class _Child:
    """The child under its keeper."""

    def __init__(self, work: str, folder: Path, *, settings: Path, home: Path) -> None:
        self.last: collections.deque[str] = collections.deque(maxlen=LAST_PIECES)
        command = (sys.executable, "-m", PROGRAM, work, str(folder))
        places = {"VAULT_SETTINGS": str(settings), "VAULT_HOME": str(home), "VAULT_ORG": ""}
        places[VARIABLE] = ""  # whoever asks may be a process of the site, which the child is not
        self._process = subprocess.Popen(
            keeper.command_line(command, grace_seconds=0),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=REPOSITORY,
            env={**os.environ, **places},
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
    plugin, stage, where = _at(folder / "at")
    hung_in, place, of_place = _place(folder / "stack", plugins)
    plugin, where = (plugin, where) if plugin else (hung_in, of_place)
    if hung_in != plugin:
        place = ""
    told = f" ({place})" if place else ""
    slow = not in_time or (child.exit_code == 1 and (folder / "stack").stat().st_size > 0)
    if slow:
        reason = (
            f"it was not done after {seconds:g} s{told}" if plugin else f"it was not done after {seconds:g} s"
        )
    else:
        words = (line for line in reversed(child.last) if line.strip() and not line.startswith(_LOGGED))
        said = next(words, "nothing")
        reason = f"the process that tried it ended with exit code {child.exit_code}{told}; the last it said: {said}"
    if plugin is None:
        return ChildFailed(reason)
    found = LeftOut(
        stage=stage or "ready",
        reason=f"{reason}; it is left out until its files change, or it is switched on",
        folder=where,
        files=files_of(Path(where)) if where else "",
    )
    return ChildFailed(f"stage {stage}: {reason}" if stage else reason, plugin=plugin, found=found)


def _at(file: Path) -> tuple[str | None, str, str]:
    """The plugin, stage and folder that the child was at; nothing if it was at none."""
    with contextlib.suppress(OSError, ValueError):
        plugin, stage, folder = json.loads(file.read_text())
        return plugin, stage, folder
    return None, "", ""


def _place(stack: Path, plugins: Collection[str]) -> tuple[str | None, str, str]:
    """The plugin, file with line, and the plugin's folder that the innermost frame of a plugin is in."""
    try:
        frames = _FRAME.findall(stack.read_text(errors="replace"))
    except OSError:
        return None, "", ""
    for file, line in frames:  # the most recent call comes first
        parts = Path(file).parts
        for name in plugins:
            if name in parts:
                inside = parts.index(name)
                return name, f"{'/'.join(parts[inside:])}:{line}", str(Path(*parts[: inside + 1]))
    return None, "", ""
