"""The guard around each hook implementation: is it on, how long did it take, and where does its exception go.

Wrapped at registration, with pluggy's public interface: a pluggy wrapper could swallow another plugin's veto, and
none can contain a single implementation.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

from django.db import connections

from VaultErrors.BackendErrors import errors
from VaultPlatform.host.hooks import Implementation, hookimpl
from VaultPlatform.host.savepoints import savepoint_once_used

_STRICT = "__vault_strict__"


@dataclass(slots=True)
class Tally:
    """What one implementation did since the process started. `seconds` is the total time spent in it."""

    plugin: str
    hook: str
    calls: int = 0
    errors: int = 0
    seconds: float = 0.0


class Gate(Protocol):
    """What a guard asks of the host."""

    def is_on(self, name: str) -> bool: ...

    def hook_failed(self, tally: Tally, error: BaseException) -> None: ...


def strictly(function: Callable[..., Any]) -> Callable[..., Any]:
    """The guarded `function` of an on_… hook, as it is to be called by whoever wants to know of its failure."""
    strict: Callable[..., Any] = getattr(function, _STRICT, function)
    return strict


def guarded(implementation: Implementation, *, tally: Tally, gate: Gate) -> Callable[..., Any]:
    """Return the function to register for `implementation`: same argument names, failures handled by its kind."""
    run = _gated if implementation.hook.startswith("before_") else _contained
    call = functools.wraps(implementation.function)(run(implementation.function, tally, gate))
    setattr(call, _STRICT, _told(implementation.function, tally, gate))
    return hookimpl(call, specname=implementation.hook)


def _contained(function: Callable[..., Any], tally: Tally, gate: Gate) -> Callable[..., Any]:
    """on_*, filter_*, collect_* and hooks without a prefix: an exception ends here and the result is None."""
    told = _told(function, tally, gate)

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return told(*args, **kwargs)
        except (Exception, SystemExit):  # noqa: BLE001  # whatever a plugin does; the gate has been told
            return None

    return call


def _told(function: Callable[..., Any], tally: Tally, gate: Gate) -> Callable[..., Any]:
    """The gate is told of an exception, which goes on; what the implementation did in a transaction is undone."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if not gate.is_on(tally.plugin):
            return None
        started = perf_counter()
        try:
            if connections["default"].in_atomic_block:
                with savepoint_once_used("default"):
                    return function(*args, **kwargs)
            return function(*args, **kwargs)
        except SystemExit as error:
            gate.hook_failed(tally, error)
            raise RuntimeError(f"plugin {tally.plugin}: {tally.hook} called sys.exit()") from error
        except Exception as error:
            gate.hook_failed(tally, error)
            raise
        finally:
            tally.calls += 1
            tally.seconds += perf_counter() - started

    return call


def _gated(function: Callable[..., Any], tally: Tally, gate: Gate) -> Callable[..., Any]:
    """before_*: a `VaultError` is a veto; anything else is an error too, so that a broken check opens no gate."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if not gate.is_on(tally.plugin):
            return None
        started = perf_counter()
        try:
            return function(*args, **kwargs)
        except errors.VaultError:
            raise
        except SystemExit as error:
            gate.hook_failed(tally, error)
            raise RuntimeError(f"plugin {tally.plugin}: {tally.hook} called sys.exit()") from error
        except Exception as error:
            gate.hook_failed(tally, error)
            raise
        finally:
            tally.calls += 1
            tally.seconds += perf_counter() - started

    return call
