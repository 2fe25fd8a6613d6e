"""Runs one command and sees to it that no process of it outlives its master.

A keeper is a small process between the supervisor and a child. Its standard input is the leash: a pipe whose
other end only the master holds. When the pipe closes, because the master let go or because it was killed, the
keeper asks the child to end, waits out the grace period, and kills whatever is left: the child, what the child
forked, and what of that moved to a session of its own (on Linux all of it falls back to the keeper).
SIGTERM to the keeper means the same without grace; SIGUSR1 only asks the child to end, and lets it take its time.
The keeper ends with the child's own exit code. Files that it was given open, the child is given, too.

It is run by path, not imported, by the masters: `python -I -S keeper.py GRACE_SECONDS COMMAND...`.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def command_line(command: tuple[str, ...], *, grace_seconds: float) -> tuple[str, ...]:
    """The command that runs `command` under a keeper.

    Parameters: `command`, program and arguments; `grace_seconds`, time between asking to end and killing.
    """
    return (sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(grace_seconds), *command)


def die_with_parent(number: signal.Signals) -> None:
    """Have the kernel send `number` to this process when its parent ends (Linux; elsewhere nothing happens)."""
    _prctl(PR_SET_PDEATHSIG, number)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends (Linux; elsewhere nothing happens)."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def kill_descendants(*, sparing: frozenset[int] = frozenset()) -> None:
    """Kill every process below this one, generation by generation, as `adopt_orphans` brings them up.

    Parameters: `sparing`, ids of direct children that are left alone together with what is below them.
    """
    while victims := [pid for pid in _children() if pid not in sparing]:
        for pid in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _children() -> list[int]:
    """Ids of this process's direct children; empty where there is no /proc."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name, in brackets, may hold blanks and brackets: the fields behind it begin at the last ")".
            fields = entry.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == os.getpid():
                found.append(int(entry.parent.name))
    return found


def _wait_for_end_or_order(child: subprocess.Popen[bytes], wake: int) -> bool:
    """Wait until the child ended (False) or the leash was let go (True)."""
    while child.poll() is None:
        readable, _, _ = select.select([0, wake], [], [])
        if wake in readable:
            os.read(wake, 512)
        if 0 in readable and not os.read(0, 512):
            return True
    return False


def _end(child: subprocess.Popen[bytes], grace_seconds: float) -> None:
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(grace_seconds)


def _kill_everything(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    kill_descendants()


def main(grace_seconds: float, command: list[str]) -> int:
    """Run `command` until it ends or the leash is let go; returns its exit code, 128 + n for signal n."""
    adopt_orphans()
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            close_fds=False,
            preexec_fn=lambda: die_with_parent(signal.SIGKILL),
        )
    except OSError as error:
        print(f"{command[0]} cannot be started: {error.strerror}", file=sys.stderr)
        return 127

    def at_once(_number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        kill_descendants()
        os._exit(128 + signal.SIGTERM)

    def ask(_number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGTERM)

    signal.signal(signal.SIGTERM, at_once)
    signal.signal(signal.SIGUSR1, ask)
    if _wait_for_end_or_order(child, wake):
        _end(child, grace_seconds)
    _kill_everything(child)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
