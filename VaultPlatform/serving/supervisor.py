"""Keeps the programs of the site running until it is told to stop, and then leaves nothing behind.

A program that ends before it was ever ready cannot start: everything is stopped and its last lines say why.
One that ends later is started again, after a pause that doubles with each failure in a row; after
some of them the supervisor gives up and stops everything. One that hangs is replaced by a new one.
"""

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from VaultPlatform.serving import keeper
from VaultPlatform.serving.child import Child, Program
from VaultPlatform.serving.console import say
from VaultPlatform.serving.desk import Desk
from VaultPlatform.serving.nursery import Nursery

TICK_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 30.0
#: A program that was up for so long before it ended counts as sound again.
SOUND_AFTER_SECONDS = 60.0


class CannotServe(Exception):
    """A program could not start, or kept ending. The message names it, the reason and its last lines."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How much is borne before drastic measures; times in seconds."""

    #: Until a program must be ready.
    start_seconds: float = 90.0
    #: Between asking a program to end and killing it.
    grace_seconds: float = 10.0
    #: Before a program that ended is started again, the first time.
    pause_seconds: float = 1.0
    #: How often in a row a program may end before everything is stopped.
    failures_in_a_row: int = 5
    #: For clients of a web server that is replaced to open new connections, and for what it, or a worker, is still at;
    #: one that hangs gets no more than its grace.
    drain_seconds: float = 2.0
    leave_seconds: float = 60.0
    #: For which a web server that lives may leave a request unanswered before it counts as hanging.
    silent_seconds: float = 15.0
    #: Between two replacements of a program because it hangs.
    between_seconds: float = 60.0


class _Slot:
    """The place of one program: its child of the moment, and how it fared."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.child: Child | None = None
        self.was_up = False
        self.ready_since: float | None = None
        self.failures = 0
        self.due = 0.0
        self.deadline = 0.0
        #: Being replaced: whoever does that looks after it.
        self.resting = False


class Supervisor:
    """Runs `programs`; `run` returns when it was told to stop, and raises `CannotServe` when they cannot.

    Parameters: `home`, the folder that generations and requests to the supervisor are in; without one, none are heeded.
    """

    def __init__(
        self, programs: Sequence[Program], *, patience: Patience | None = None, home: Path | None = None
    ) -> None:
        self._slots = [_Slot(program) for program in programs]
        self._patience = patience or Patience()
        self._nursery = Nursery(patience=self._patience, home=home)
        self._desk = (
            Desk(self._slots, self._nursery, patience=self._patience, home=home) if home is not None else None
        )
        self._stop_signals: list[int] = []

    def run(self, *, when_ready: Callable[[], None]) -> None:
        """Start everything, call `when_ready` once all are ready, and keep them up until a signal says stop.

        Raises CannotServe when a program cannot start. Nothing is left running, however this ends.
        """
        self._obey_signals()
        keeper.adopt_orphans()
        announced = False
        try:
            while not self._stop_signals:
                for slot in self._slots:
                    self._look_after(slot)
                if not announced and all(slot.ready_since is not None for slot in self._slots):
                    announced = True
                    when_ready()
                if announced and self._desk is not None:
                    self._desk.work()
                self._nursery.work()
                time.sleep(TICK_SECONDS)
            say(f"{signal.Signals(self._stop_signals[0]).name} received: stopping.")
        finally:
            self._stop_all()

    def _obey_signals(self) -> None:
        signal.signal(signal.SIGINT, self._note_signal)
        signal.signal(signal.SIGTERM, self._note_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored on purpose under nohup
            signal.signal(signal.SIGHUP, self._note_signal)

    def _note_signal(self, number: int, _frame: FrameType | None) -> None:
        self._stop_signals.append(number)

    def _look_after(self, slot: _Slot) -> None:
        now = time.monotonic()
        if slot.resting:
            return
        if slot.child is None:
            if now >= slot.due:
                self._start(slot, now)
        elif (code := slot.child.exit_code()) is not None:
            self._take_leave(slot, slot.child, code, now)
        elif slot.ready_since is None:
            self._see_whether_ready(slot, slot.child, now)

    def _start(self, slot: _Slot, now: float) -> None:
        slot.child = self._nursery.new_child(slot.program)
        slot.ready_since = None
        slot.deadline = now + self._patience.start_seconds

    def _see_whether_ready(self, slot: _Slot, child: Child, now: float) -> None:
        missing = child.why_not_ready()
        if missing is None:
            if slot.was_up:
                say(f"{slot.program.name} is up again.")
            slot.was_up, slot.ready_since = True, now
        elif now > slot.deadline:
            seconds = self._patience.start_seconds
            raise CannotServe(self._report(slot, f"was not ready after {seconds:.0f} seconds: {missing}"))

    def _take_leave(self, slot: _Slot, child: Child, code: int, now: float) -> None:
        """The child ended by itself: plan its return, or give up."""
        child.hear_out()
        self._nursery.forget(child)
        keeper.kill_descendants(sparing=self._nursery.keepers())
        if not slot.was_up:
            raise CannotServe(self._report(slot, f"cannot start: it ended with exit code {code}"))
        sound = slot.ready_since is not None and now - slot.ready_since > SOUND_AFTER_SECONDS
        slot.failures = 1 if sound else slot.failures + 1
        if slot.failures > self._patience.failures_in_a_row:
            ends = f"ended {slot.failures} times in a row, last with exit code {code}"
            raise CannotServe(self._report(slot, ends))
        pause = min(self._patience.pause_seconds * 2 ** (slot.failures - 1), LONGEST_PAUSE_SECONDS)
        say(f"{slot.program.name} ended with exit code {code}; starting it again in {pause:g} s.")
        slot.child, slot.ready_since, slot.due = None, None, now + pause

    def _report(self, slot: _Slot, what: str) -> str:
        lines = slot.child.last_lines if slot.child else ()
        words = "\n".join(f"    {line}" for line in lines) or "    (it said nothing)"
        return f"{slot.program.name} {what}. Its last lines:\n{words}"

    def _stop_all(self) -> None:
        """Let go of all, wait, and kill what does not end; another signal meanwhile means: now."""
        children = self._nursery.children
        for child in children:
            child.let_go()
        deadline = time.monotonic() + self._patience.grace_seconds + 2
        signals_so_far = len(self._stop_signals)
        while any(child.exit_code() is None for child in children):
            if time.monotonic() > deadline or len(self._stop_signals) > signals_so_far:
                break
            time.sleep(TICK_SECONDS / 2)
        for child in children:
            child.kill()
            child.hear_out()
        keeper.kill_descendants()
