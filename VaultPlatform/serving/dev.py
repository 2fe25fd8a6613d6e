"""`make dev`: the whole of `manage.py serve`, started again after each edit.

Starting everything anew, settings and migrations included, is slower than swapping code but never half old. While
the code cannot start, because an edit broke it, this waits for the next edit. Standard library only: it has to
run when nothing else does.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from VaultPlatform.serving import keeper
from VaultPlatform.serving.console import say

#: Edits of these count.
SUFFIXES = (".py", ".json", ".toml", ".yaml")
#: Folders with these names, or a name that begins with a dot, hold no source.
SKIPPED = frozenset({"__pycache__", "node_modules", "var"})
POLL_SECONDS = 0.7
GRACE_SECONDS = 15.0


def snapshot(folder: Path, *, skipped: frozenset[Path] = frozenset()) -> dict[str, int]:
    """Time of the last edit, in nanoseconds, of every source file below `folder`, by path."""
    times = {}
    for entry in _sources(folder, skipped):
        with contextlib.suppress(FileNotFoundError):  # gone between listing and looking
            times[entry.path] = entry.stat().st_mtime_ns
    return times


def _sources(folder: Path, skipped: frozenset[Path]) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                hidden = entry.name.startswith(".") or entry.name in SKIPPED or Path(entry.path) in skipped
                if not hidden:
                    yield from _sources(Path(entry.path), skipped)
            elif entry.name.endswith(SUFFIXES) and entry.is_file():
                yield entry


def changed_paths(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """Files that were edited, added or removed between two snapshots, sorted."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


class _Stopped(Exception):
    """A signal said stop."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _Stopped


def _start(command: tuple[str, ...], folder: Path) -> subprocess.Popen[bytes]:
    kept = keeper.command_line(command, grace_seconds=GRACE_SECONDS)
    return subprocess.Popen(kept, stdin=subprocess.PIPE, start_new_session=True, cwd=folder)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end and wait; a signal meanwhile means: at once."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait()
    except _Stopped:
        process.terminate()
        process.wait()


def watch(command: tuple[str, ...], *, folder: Path, skipped: frozenset[Path] = frozenset()) -> None:
    """Run `command` in `folder`, and anew after each edit below it, until SIGINT, SIGTERM or SIGHUP."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    process = None
    try:
        while True:
            seen = snapshot(folder, skipped=skipped)
            process = _start(command, folder)
            edited = _wait_for_edit(process, seen, folder, skipped)
            say(f"{', '.join(edited[:3])} changed: starting again.", speaker="dev")
            _end(process)
    except _Stopped:
        if process is not None:
            _end(process)


def _wait_for_edit(
    process: subprocess.Popen[bytes], seen: dict[str, int], folder: Path, skipped: frozenset[Path]
) -> list[str]:
    ended = False
    while True:
        time.sleep(POLL_SECONDS)
        if not ended and process.poll() is not None:
            ended = True
            say("NimbusVault ended; it starts again after the next edit.", speaker="dev")
        if edited := changed_paths(seen, _calm_snapshot(folder, skipped, seen)):
            return [os.path.relpath(path, folder) for path in edited]


def _calm_snapshot(folder: Path, skipped: frozenset[Path], seen: dict[str, int]) -> dict[str, int]:
    """A snapshot that stayed the same for one more look: an editor may be writing several files."""
    now = snapshot(folder, skipped=skipped)
    while now != seen:
        time.sleep(POLL_SECONDS / 3)
        later = snapshot(folder, skipped=skipped)
        if later == now:
            break
        now = later
    return now


def main() -> int:
    """Watch the folder of manage.py and serve it."""
    if "--stop-with-parent" in sys.argv:
        keeper.die_with_parent(signal.SIGTERM)
    folder = Path(__file__).resolve().parents[2]
    home = (folder / Path(os.environ.get("VAULT_HOME") or "var").expanduser()).resolve()
    watch((sys.executable, "manage.py", "serve"), folder=folder, skipped=frozenset({home}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
