"""Where the supervisor takes requests of other processes of this machine, one after the other, and answers them.

`reload` replaces all programs by new ones, `health` says what is wrong with the site, and `plugins` runs that command
of manage.py with the given words beside the site, for whoever would not outlive a reload. In the same line stand
replacements of programs that hang.

What somebody else has left half-way, a command that was killed, is taken back as well: the site must not go on with a
list that nobody stands for.
"""

import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from VaultPlatform.activation.recovery import left_behind
from VaultPlatform.serving.child import Child, Program
from VaultPlatform.serving.console import say
from VaultPlatform.serving.control import Inbox
from VaultPlatform.serving.nursery import Nursery
from VaultPlatform.serving.rolling import (
    Answer,
    Slot,
    Steps,
    Wanted,
    refusal,
    replace_all,
    replace_hanging,
)
from VaultPlatform.serving.watch import Times, Watch

#: Exit codes above are those of signals.
KILLED = 128
RECOVER = ["recover"]
#: How often it is looked whether something was left half-way.
LOOK_SECONDS = 3.0


class Desk:
    """Heeds requests. `work()` is called often, and never takes long."""

    def __init__(self, slots: Sequence[Slot], nursery: Nursery, *, patience: Times, home: Path) -> None:
        self._slots, self._nursery = slots, nursery
        self._home, self._inbox = home, Inbox(home)
        #: When to look next for what was left half-way, and the ids of what was.
        self._look_at, self._found = 0.0, frozenset[str]()
        self._watch = Watch(slots, patience=patience, replace=self._have_replaced)
        self._waiting: deque[tuple[str, dict[str, Any]]] = deque()
        self._at: tuple[str, Steps] | None = None

    def work(self) -> None:
        """Take what lies there, and what is being done a step further."""
        self._look_for_what_was_left()
        self._watch.work()
        self._waiting.extend(self._inbox.requests())
        if self._at is None and self._waiting:
            name, request = self._waiting.popleft()
            self._at = (name if request.get("answer", True) else "", self._steps(request))
        if self._at is not None:
            name, steps = self._at
            try:
                next(steps)
            except StopIteration as done:
                self._at = None
                if name:
                    self._inbox.answer(name, done.value or {"ok": True})

    def _look_for_what_was_left(self) -> None:
        """Have it taken back, once: if that fails, too, it is told and waits for somebody."""
        if (now := time.monotonic()) < self._look_at:
            return
        self._look_at = now + LOOK_SECONDS
        if found := left_behind(self._home) - self._found:
            self._found |= found
            say("A command that switched plugins was killed; what it did is taken back.")
            self._run(RECOVER)

    def _have_replaced(self, child: Child) -> None:
        self._waiting.append(("", {"do": "replace", "child": child, "answer": False}))

    def _steps(self, request: dict[str, Any]) -> Steps:
        yield
        match request.get("do"):
            case "reload":
                return (yield from self._reload(request))
            case "replace":
                return (yield from self._replace(request.get("child")))
            case "health":
                return {"ok": True, "reason": self._why_unwell()}
            case "plugins":
                return self._run(list(request.get("words", [])))
        return refusal("the supervisor does not know this request")

    def _reload(self, request: dict[str, Any]) -> Steps:
        say("Replacing web, worker and beat by new ones ...")
        wanted = Wanted(on=request.get("on", ()), off=request.get("off", ()))
        answer = yield from replace_all(self._slots, wanted, self._nursery)
        said = answer or {}
        say("All are new." if said.get("ok") else f"NOT REPLACED: {said.get('reason')}")
        return answer

    def _replace(self, child: Child | None) -> Steps:
        answer: Answer | None = None
        for slot in self._slots:
            if child is not None and slot.child is child:  # and no reload has come first
                answer = yield from replace_hanging(slot, self._nursery)
                said, name = answer or {}, slot.program.name
                say(f"{name} is new." if said.get("ok") else f"{name} NOT REPLACED: {said.get('reason')}")
        return answer or refusal("there is no such child any more")

    def _why_unwell(self) -> str | None:
        for slot in self._slots:
            missing = "it does not run" if slot.child is None else slot.child.why_not_ready()
            if missing is not None:
                return f"{slot.program.name}: {missing}"
        return None

    def _run(self, words: list[str]) -> Answer:
        """Start it, and let it be: whoever asked looks into the journal of activations."""
        command = (sys.executable, "manage.py", "plugins", *map(str, words))
        folder = self._slots[0].program.folder
        child = self._nursery.new_child(Program(name="plugin", command=command, folder=folder))
        self._nursery.meanwhile(self._until_it_ends(child, words))
        return {"ok": True}

    def _until_it_ends(self, child: Child, words: list[str]) -> Steps:
        while (code := child.exit_code()) is None:
            yield
        if code > KILLED and words != RECOVER:
            say("It was killed; what it did is taken back.", speaker="plugin")
            self._run(RECOVER)
        child.let_go()
        child.hear_out()
        self._nursery.forget(child)
        return None
