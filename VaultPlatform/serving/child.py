"""One program of the site as the supervisor sees it: start it, hear it, ask whether it is ready, end it."""

import collections
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from VaultPlatform.serving import keeper
from VaultPlatform.serving.console import say
from VaultPlatform.serving.generations import VARIABLE, Generation

#: The line by which a program says that it is ready.
READY = "[nimbusvault:ready]"
#: How many of a child's last lines are kept for the report of its end.
LAST_LINES = 30
#: Longer lines are cut into pieces of this many bytes, so that no output fills the memory.
LINE_BYTES = 16 * 1024


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run.

    `why_not_ready` says in words what is still missing, or returns None when it serves. A program without one
    says so itself, by a line of output that holds `READY`.
    """

    name: str
    command: tuple[str, ...]
    why_not_ready: Callable[[], str | None] | None = None
    #: What it leaves unanswered for so many seconds, in words; None if nothing. For those that live and say nothing.
    why_silent: Callable[[float], str | None] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    #: So many processes of it report what they have loaded, by `generations.report`, before it is ready.
    processes: int = 0
    #: Whether a new one may run beside the old one: it takes over before the old one ends.
    beside: bool = False
    #: Files that it inherits open.
    files: tuple[int, ...] = ()
    folder: Path = field(default_factory=Path.cwd)


class Child:
    """A running `Program` under its keeper, in a session of its own: a terminal's Ctrl-C does not reach it."""

    def __init__(
        self, program: Program, *, grace_seconds: float, generation: Generation | None = None
    ) -> None:
        self.program = program
        self.generation = generation
        self._said_ready = False
        self.last_lines: collections.deque[str] = collections.deque(maxlen=LAST_LINES)
        self._process = subprocess.Popen(
            keeper.command_line(program.command, grace_seconds=grace_seconds),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=program.folder,
            env={**os.environ, **program.environment, **self._place()},
            pass_fds=program.files,
        )
        self._listener = threading.Thread(target=self._listen, name=f"listen-{program.name}", daemon=True)
        self._listener.start()

    @property
    def keeper_pid(self) -> int:
        """Process id of the keeper; the program itself is below it."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs; the program's exit code, 128 + n when signal n ended it."""
        code = self._process.poll()
        return code if code is None or code >= 0 else 128 - code

    def why_not_ready(self) -> str | None:
        """What is still missing until it serves, in words; None when it does."""
        if (missing := self.why_not_loaded()) is not None:
            return missing
        if self.program.why_not_ready is not None:
            return self.program.why_not_ready()
        return None if self._said_ready else "it has not reported that it takes work"

    def why_not_loaded(self) -> str | None:
        """Which of its processes are missing, in words; None when all have loaded everything."""
        missing = self.program.processes - len(self.reports()) if self.generation is not None else 0
        if missing > 0:
            return f"{missing} of its {self.program.processes} processes have not loaded everything"
        return None

    def reports(self) -> list[dict[str, Any]]:
        """What its processes said once they had loaded everything."""
        return self.generation.reports() if self.generation is not None else []

    def ask_to_end(self) -> None:
        """Ask it to end when it has done what it is at, however long that takes."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGUSR1)

    def let_go(self) -> None:
        """Ask it to end: the keeper terminates it and, after the grace period, kills what is left."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def kill(self) -> None:
        """End it at once."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def hear_out(self) -> None:
        """Wait until its last words are printed; call it after its end."""
        self._listener.join(timeout=2)
        if self.generation is not None:
            self.generation.forget()

    def _place(self) -> dict[str, str]:
        return {VARIABLE: str(self.generation.folder)} if self.generation is not None else {}

    def _listen(self) -> None:
        if self._process.stdout is None:
            return
        while line := self._process.stdout.readline(LINE_BYTES):
            text = line.decode(errors="replace").rstrip()
            if READY in text:
                self._said_ready = True
            elif text:
                self._pass_on(text)

    def _pass_on(self, text: str) -> None:
        self.last_lines.append(text)
        say(text, speaker=self.program.name)
