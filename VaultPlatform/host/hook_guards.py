"""The guard around each hook implementation: is it on here, how long did it take, and where does its exception go.

Wrapped at registration, with pluggy's public interface: a pluggy wrapper could swallow another plugin's veto, and
none can contain a single implementation.
"""

from __future__ import annotations

import functools
import inspect
from asyncio import _get_running_loop as running_loop
from collections.abc import Callable
from time import perf_counter
from typing import Any, Protocol

from django.db import DatabaseError, connections

from VaultErrors.BackendErrors import errors
from VaultPlatform.host.deadlines import Call, Deadlines
from VaultPlatform.host.hooks import Implementation, hookimpl
from VaultPlatform.host.savepoints import savepoint_once_used
from VaultPlatform.host.tallies import Tally
from VaultPlatform.tenancy.context import Entered, current_entry

_STRICT = "__vault_strict__"
#: Seconds that the calls which are going on have to have lasted before what can be told later waits for none of them.
_A_MOMENT = 0.5
_NO_ANSWER = "Something that has to be asked first does not answer at the moment, so nothing was done."
Off = frozenset[tuple[str, str]]


class HookOff(Exception):
    """An implementation was not called: it is switched off after failures, or it, or others, hang. Tell it later."""


class _Exited(RuntimeError):
    """An implementation raised what would end the process, as `sys.exit()` does, or pass by every handler."""


class Gate(Protocol):
    """What a guard asks of the host."""

    deadlines: Deadlines
    #: What `off_in` was asked last, until when (of `perf_counter`) its answer is good, and the answer.
    last: tuple[Entered | None, float, Off]

    def off_in(self, entered: Entered | None) -> Off:
        """Plugin and hook of each implementation that hangs, or is off in the organisation entered so."""
        ...

    def is_on(self, name: str) -> bool: ...

    def hook_failed(self, call: Call, error: BaseException) -> None: ...


def strictly(function: Callable[..., Any]) -> Callable[..., Any]:
    """The guarded `function` of an on_… hook, as it is to be called by whoever wants to know of its failure."""
    strict: Callable[..., Any] = getattr(function, _STRICT, function)
    return strict


def guarded(implementation: Implementation, *, tally: Tally, gate: Gate) -> Callable[..., Any]:
    """Return the function to register for `implementation`: same argument names, failures handled by its kind.

    Of a check (before_*) a `VaultError` is a veto; anything else is an error too, so that a broken one opens no gate.
    Of on_*, filter_*, collect_* and hooks without a prefix an exception ends here, the result is None, and what they
    did in a transaction is undone.
    """
    function, is_check = implementation.function, implementation.hook.startswith("before_")

    def guard(*, contained: bool) -> Callable[..., Any]:
        made = functools.partial(_guard, tally=tally, gate=gate, is_check=is_check, contained=contained)
        parameters = inspect.signature(function).parameters.values()
        if all(each.default is each.empty and each.kind is not each.VAR_KEYWORD for each in parameters):
            return made(function)
        # What has a default is given by name; a guard that takes names costs all the others a tenth of their time.
        return lambda *args, **named: made(functools.partial(function, **named))(*args)

    strict = guard(contained=False)
    call = strict if is_check else guard(contained=True)
    call = functools.wraps(function)(call)
    setattr(call, _STRICT, strict)
    return hookimpl(call, specname=implementation.hook)


def _guard(  # noqa: C901, PLR0915  # runs for each implementation with each call of a hook, so it calls nobody
    function: Callable[..., Any], *, tally: Tally, gate: Gate, is_check: bool, contained: bool
) -> Callable[..., Any]:
    pair, deadlines = (tally.plugin, tally.hook), gate.deadlines
    of_thread = deadlines.of_thread
    passing = (errors.VaultError, KeyboardInterrupt) if is_check else KeyboardInterrupt
    ended: Any = tally.ended.append
    is_told_later = not is_check and not contained

    def call(*args: Any) -> Any:  # noqa: C901, PLR0912, PLR0915  # as above
        began = perf_counter()
        entered = current_entry()
        known, good_until, off = gate.last
        if known is not entered or began >= good_until:
            off = gate.off_in(entered)
        if off and pair in off:
            return _left_out(tally, gate, is_check=is_check, contained=contained)
        try:
            calls = of_thread.calls
        except AttributeError:
            calls = deadlines.begin()
        outer = calls.innermost
        if (places := None if outer else deadlines.places) is not None:
            # Of the site's own events nothing is kept, so they wait like all others.
            if not places.take(_A_MOMENT if is_told_later and entered else deadlines.seconds):
                return _left_out(tally, gate, is_check=is_check, contained=contained)
            began = perf_counter()
        this = calls.innermost = (began, tally, entered, outer)
        try:
            try:
                # Looking the connection up takes longer than all else here; a task of an event loop has another one.
                here = calls.connection if running_loop() is None else connections["default"]
                if is_check or not here.in_atomic_block:
                    result = function(*args)
                else:
                    with savepoint_once_used("default"):
                        result = function(*args)
            finally:
                calls.innermost = outer
                if places is not None:
                    places.give_back()
        except passing:
            raise
        except BaseException as error:  # such as asyncio.CancelledError, or sys.exit()
            gate.hook_failed(this, error)
            if contained:
                return None
            _raise_instead(error, this, deadlines, is_check=is_check)
            raise
        else:
            if tally.failing:
                tally.worked(entered)
            return result
        finally:
            ended(perf_counter() - began)

    return call


def _raise_instead(error: BaseException, call: Call, deadlines: Deadlines, *, is_check: bool) -> None:
    """Raise what the caller gets for an implementation's `error`, if it is not that."""
    began, tally, *_ = call
    if not isinstance(error, Exception):
        what = "called sys.exit()" if isinstance(error, SystemExit) else f"raised {type(error).__name__}"
        raise _Exited(f"plugin {tally.plugin}: {tally.hook} {what}") from error
    if is_check and isinstance(error, DatabaseError) and perf_counter() - began >= deadlines.seconds:
        raise errors.server.Unavailable(_NO_ANSWER) from error  # the database itself is well


def _left_out(tally: Tally, gate: Gate, *, is_check: bool, contained: bool) -> None:
    """What an implementation that is not called answers. Raises Unavailable for a check, HookOff unless `contained`."""
    if not gate.is_on(tally.plugin):
        return
    tally.skipped += 1
    if is_check:
        raise errors.server.Unavailable(_NO_ANSWER)
    if not contained:
        raise HookOff(
            f"{tally.plugin} is not told of {tally.hook}: it is switched off here, or something hangs."
            f" `manage.py plugins show {tally.plugin}` says where it is off, and why."
        )
