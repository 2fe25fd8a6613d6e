"""Replacing the programs of the site by new ones while it serves, as generators that the supervisor runs step by step.

Web: the new one loads everything beside the old one and takes its share of connections; if it is not what was asked
for, it goes and the old one stays. Else the old one closes each connection behind an answer, then ends. Worker and
scheduler: the old one ends what it is at, then the new one begins. One that hangs gets less time for that.
"""

import time
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from VaultPlatform.serving.child import Child, Program

Answer = dict[str, Any]
Steps = Generator[None, None, Answer | None]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the new processes have to report."""

    on: Collection[str] = ()
    off: Collection[str] = ()

    def missing_in(self, reports: Sequence[dict[str, Any]]) -> Answer | None:
        """Why the reports are not what is wanted; None when they are."""
        for each in reports:
            plugins = each.get("plugins", {})
            for name in self.on:
                state, stage, reason = plugins.get(name, ("absent", None, None))
                if state != "on":
                    words = f"stage {stage}: {reason}"
                    return refusal(f"{name} is {state} in a new process, {words}", {name: words})
            for name in self.off:
                if plugins.get(name, ("off",))[0] == "on":
                    return refusal(f"{name} is still on in a new process", {name: "it is still on"})
        return None


def refusal(reason: str, reasons: dict[str, str] | None = None) -> Answer:
    """The answer to a request that could not be met."""
    return {"ok": False, "reason": reason, "reasons": reasons or {}}


class Slot(Protocol):
    """The place of one program."""

    program: Program
    child: Child | None
    ready_since: float | None
    failures: int
    due: float
    resting: bool


class Host(Protocol):
    """What the supervisor does for a replacement."""

    start_seconds: float
    drain_seconds: float
    leave_seconds: float

    def new_child(self, program: Program) -> Child: ...

    def forget(self, child: Child) -> None: ...

    def meanwhile(self, steps: Steps) -> None: ...


def replace_all(slots: Sequence[Slot], wanted: Wanted, host: Host) -> Steps:
    """Replace each program; the answer says whether all new ones are as `wanted`.

    Nothing else is touched when those that can begin beside the old ones are not.
    """
    for slot in slots:
        if slot.program.beside:
            failed = yield from _beside(slot, wanted, host)
            if failed is not None:
                return failed
    failed = yield from _together([_after(slot, wanted, host) for slot in slots if not slot.program.beside])
    return failed or {"ok": True}


def replace_hanging(slot: Slot, host: Host) -> Steps:
    """Replace one program that will not do all that it is at: it gets the time of grace to end what it can.

    The new one takes over as soon as it has loaded everything: the site's health is what the old one spoils.
    """
    way = _beside if slot.program.beside else _after
    failed = yield from way(slot, Wanted(), host, hangs=True)
    return failed or {"ok": True}


def _together(several: list[Steps]) -> Steps:
    """All of them at the same time; the first failure, once none is under way any more."""
    failed: Answer | None = None
    while several:
        for steps in list(several):
            try:
                next(steps)
            except StopIteration as done:
                several.remove(steps)
                failed = failed or done.value
        yield
    return failed


def _beside(slot: Slot, wanted: Wanted, host: Host, *, hangs: bool = False) -> Steps:
    child = host.new_child(slot.program)
    missing = child.why_not_loaded if hangs else child.why_not_ready
    failed = yield from _until_as_wanted(child, wanted, host, missing)
    if failed is not None:
        host.meanwhile(leaving(child, host))
        return failed
    old, slot.child, slot.ready_since = slot.child, child, time.monotonic()
    if old is not None:
        host.meanwhile(leaving(old, host, hangs=hangs))
    return None


def _after(slot: Slot, wanted: Wanted, host: Host, *, hangs: bool = False) -> Steps:
    slot.resting = True
    try:
        if slot.child is not None:
            yield from leaving(slot.child, host, hangs=hangs)
        slot.child, slot.ready_since = host.new_child(slot.program), None
        failed = yield from _until_as_wanted(slot.child, wanted, host, slot.child.why_not_ready)
        if failed is None:
            slot.ready_since, slot.failures = time.monotonic(), 0
            return None
        yield from leaving(slot.child, host)
        # Whoever asked has the old list loaded next; until then this program need not try again.
        slot.child, slot.due = None, time.monotonic() + host.start_seconds
        return failed
    finally:
        slot.resting = False


def _until_as_wanted(child: Child, wanted: Wanted, host: Host, why_not: Callable[[], str | None]) -> Steps:
    deadline, name = time.monotonic() + host.start_seconds, child.program.name
    while (missing := why_not()) is not None:
        if (code := child.exit_code()) is not None:
            child.hear_out()
            return refusal(f"the new {name} ended with exit code {code}: {_last_of(child)}")
        if time.monotonic() > deadline:
            return refusal(f"the new {name} was not ready after {host.start_seconds:.0f} seconds: {missing}")
        yield
    return wanted.missing_in(child.reports())


def leaving(child: Child, host: Host, *, hangs: bool = False) -> Steps:
    """Have a child end what it is at; one that does not find an end is made to, and one that hangs is soon."""
    if child.program.beside and child.generation is not None:
        child.generation.leave()
        yield from _wait(host.drain_seconds)
    if not hangs:
        child.ask_to_end()
        deadline = time.monotonic() + host.leave_seconds
        while child.exit_code() is None and time.monotonic() < deadline:
            yield
    child.let_go()
    while child.exit_code() is None:  # its keeper kills it after the time of grace
        yield
    child.hear_out()
    host.forget(child)
    return None


def _wait(seconds: float) -> Steps:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
    return None


def _last_of(child: Child) -> str:
    return next((line for line in reversed(child.last_lines) if line.strip()), "it said nothing")
