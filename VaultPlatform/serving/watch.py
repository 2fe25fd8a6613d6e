"""Finds programs that live and hang, and has them replaced: a thread that hangs comes back with a new process only.

A process says itself that a hook implementation does not come back. Where nothing answers any more, it cannot, or what
hangs is something else: so a request is sent now and then, and waited for beside the supervisor's own work.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from VaultPlatform.serving.child import Child
from VaultPlatform.serving.console import say
from VaultPlatform.serving.rolling import Slot

#: Seconds between two looks, and between two requests.
_LOOK = 0.5
_ASK = 5.0


class Times(Protocol):
    """The supervisor's patience, as far as it is needed here."""

    @property
    def silent_seconds(self) -> float: ...
    @property
    def between_seconds(self) -> float: ...


class Watch:
    """Looks after the programs that are up. `work()` is called often, and never takes long.

    Parameters: `replace`, called with a child that is to be replaced.
    """

    def __init__(self, slots: Sequence[Slot], *, patience: Times, replace: Callable[[Child], None]) -> None:
        self._slots, self._patience, self._replace = slots, patience, replace
        self._look_at = 0.0
        #: By program, until when it is not replaced again, and who asks the child that it is at present.
        self._rests: dict[str, float] = {}
        self._asking: dict[str, _Asking] = {}

    def work(self) -> None:
        """Look again, if it is time to."""
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + _LOOK
        for slot in self._slots:
            if slot.child is None or slot.resting or slot.ready_since is None:
                continue
            why, name = self._why_hanging(slot.child), slot.program.name
            if why is not None and now >= self._rests.get(name, 0.0):
                self._rests[name] = now + self._patience.between_seconds
                say(f"{name} HANGS: {why}. It is replaced by new processes.")
                self._replace(slot.child)

    def _why_hanging(self, child: Child) -> str | None:
        if child.generation is not None and (said := child.generation.hanging()):
            return "; ".join(dict.fromkeys(said))
        name, ask = child.program.name, child.program.why_silent
        if ask is None:
            return None
        asking = self._asking.get(name)
        if asking is None or asking.child is not child:
            asking = self._asking[name] = _Asking(child, ask, seconds=self._patience.silent_seconds)
        return asking.why_silent


class _Asking:
    """Asks one child again and again until it is silent, or gone."""

    def __init__(self, child: Child, ask: Callable[[float], str | None], *, seconds: float) -> None:
        self.child = child
        self.why_silent: str | None = None
        name = f"ask-{child.program.name}"
        threading.Thread(target=self._go_round, args=(ask, seconds), name=name, daemon=True).start()

    def _go_round(self, ask: Callable[[float], str | None], seconds: float) -> None:
        while self.why_silent is None and self.child.exit_code() is None:
            self.why_silent = ask(seconds)
            time.sleep(_ASK)
