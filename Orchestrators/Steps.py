"""What a run is made of: steps, and the three kinds that decide in which transaction each one runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, NamedTuple, TypeVar, overload
from weakref import WeakKeyDictionary

from Orchestrators.Errors import DeclarationError, StagingError

_MARK = "__step_kind__"
_POLICY = "__step_policy__"
_signatures: WeakKeyDictionary[Callable[..., Any], inspect.Signature] = WeakKeyDictionary()
#: How many arguments, and which names, a function was found to accept: binding them takes longer than most steps.
_accepted: WeakKeyDictionary[Callable[..., Any], frozenset[tuple[Any, ...]]] = WeakKeyDictionary()
_MAX_ACCEPTED = 64

F = TypeVar("F", bound=Callable[..., Any])


class StepKind(Enum):
    """How a step meets the database."""

    #: touches the organisation's database and nothing else; consecutive ones share one transaction
    DATABASE = "db_step"
    #: anything may happen in it; runs in a transaction of its own and is always undone by its rollback
    UNDECLARED = "undeclared"
    #: calls something outside; no transaction is open while it runs
    EXTERNAL = "external_step"


Unknown = Literal["compensate", "retry", "wait"]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What is done about a step that fails, or of which nobody knows how it ended."""

    #: Raised by whoever changes what arguments or context mean; recovery runs no other version than was staged.
    version: int = 1
    #: Further attempts after one that raised.
    retries: int = 0
    #: Seconds before the first of them; twice as many before each next one.
    backoff: float = 1.0
    #: What has to be raised for another attempt.
    retry_on: tuple[type[Exception], ...] = (Exception,)
    #: Seconds, all attempts together, after which none is begun.
    timeout: float | None = None
    #: What recovery does about a step whose process died inside it: undo it, do it again under the same key, or leave
    #: it to a person. None: do it again if the run is resumable, else undo it.
    unknown: Unknown | None = None


_DEFAULT = Policy()


class Step(NamedTuple):
    """One staged step: what to call, with what, and what undoes it."""

    #: place in the run, from 1
    number: int
    forward: Callable[..., Any]
    #: called with the run alone; None when there is nothing to undo
    rollback: Callable[..., Any] | None
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    kind: StepKind
    #: `args` and `kwargs` as JSON
    arguments: Mapping[str, Any]
    #: `forward` by the name under which another process finds it
    reference: str
    #: what the decorator of `forward` says of failures
    policy: Policy

    def __str__(self) -> str:
        return f"step {self.number} ({name_of(self.forward)})"

    @property
    def rollback_kind(self) -> StepKind:
        """How the rollback runs: as it is marked itself, else like the step it undoes."""
        return getattr(self.rollback, _MARK, self.kind)


def db_step(function: F) -> F:
    """Declare that `function`, a step, touches this organisation's database and nothing else.

    Consecutive such steps share one transaction, and when the run fails inside it the database undoes
    them: their rollback functions are called only once that transaction has been committed.
    Raises DeclarationError when the function is marked as the other kind already.
    """
    return _marked(function, StepKind.DATABASE)


@overload
def external_step(function: F) -> F: ...
@overload
def external_step(
    *,
    version: int = 1,
    retries: int = 0,
    backoff: float = 1.0,
    retry_on: type[Exception] | tuple[type[Exception], ...] = Exception,
    timeout: float | None = None,
    unknown: Unknown | None = None,
) -> Callable[[F], F]: ...
def external_step(function: Any = None, **policy: Any) -> Any:
    """Declare that `function`, a step, calls something outside; no transaction is open while it runs.

    As `@external_step`, or as `@external_step(…)` with what is to be done about failures:
    `retries`, how often it is tried again after raising one of `retry_on`, first after `backoff` seconds, then after
    twice as many each time, until `timeout` seconds have passed; `unknown`, what recovery does about it if its process
    died inside it ("compensate": its rollback is called, which has to bear that nothing has happened; "retry": it is
    called again, under the same `step_key`; "wait": a person decides); `version`, raised when its arguments change.
    Raises DeclarationError when the function is marked as the other kind already, or a value makes no sense.
    """
    checked = _checked_policy(policy)

    def mark(marked: Any) -> Any:
        marked = _marked(marked, StepKind.EXTERNAL)
        setattr(marked, _POLICY, checked)
        return marked

    return mark if function is None else mark(function)


def kind_of(function: Callable[..., Any]) -> StepKind:
    """The kind a function is marked with; UNDECLARED without a mark."""
    kind: StepKind = getattr(function, _MARK, StepKind.UNDECLARED)
    return kind


def policy_of(function: Callable[..., Any]) -> Policy:
    """What a function's decorator says of failures."""
    policy: Policy = getattr(function, _POLICY, _DEFAULT)
    return policy


def name_of(function: Callable[..., Any]) -> str:
    """Dotted name of a function for messages; its repr if it has none."""
    qualname = getattr(function, "__qualname__", None)
    return f"{function.__module__}.{qualname}" if qualname else repr(function)


def reference_to(function: Callable[..., Any]) -> str:
    """`function` by the name under which another process finds it: "module:qualified.name".

    One that has no such name (a lambda, a function inside another) is named all the same, and cannot be found again.
    """
    qualname = getattr(function, "__qualname__", None)
    return f"{function.__module__}:{qualname}" if qualname and function.__module__ else repr(function)


def signature_of(function: Callable[..., Any]) -> inspect.Signature | None:
    """The signature of a callable, remembered for plain functions; None if it does not tell."""
    if (known := _signatures.get(function) if inspect.isfunction(function) else None) is not None:
        return known
    try:
        signature = inspect.signature(function)
    except ValueError:
        return None
    if inspect.isfunction(function):
        _signatures[function] = signature
    return signature


def check_callable(function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, role: str) -> None:
    """Raise StagingError unless `function` can be called with these arguments; `role` says what it is for."""
    if not callable(function):
        raise StagingError(
            f"add_step was given {function!r} as {role}, which cannot be called. "
            "Pass the function itself, without calling it."
        )
    shape = (len(args), *kwargs)
    accepted = (
        _accepted.get(function, frozenset()) if (is_plain := inspect.isfunction(function)) else frozenset()
    )
    if shape in accepted or (signature := signature_of(function)) is None:
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise StagingError(
            f"{name_of(function)}{signature}, staged as {role}, does not accept its arguments: {error}. "
            "A forward function is called with the run and what follows in add_step(forward, rollback, …), "
            "a rollback with the run alone."
        ) from None
    if is_plain and len(accepted) < _MAX_ACCEPTED:
        _accepted[function] = accepted | {shape}


def _checked_policy(policy: Mapping[str, Any]) -> Policy:
    given = dict(policy)
    if isinstance(given.get("retry_on"), type):
        given["retry_on"] = (given["retry_on"],)
    checked = Policy(**given)
    if checked.unknown not in (None, "compensate", "retry", "wait"):
        raise DeclarationError(f'unknown={checked.unknown!r}; write "compensate", "retry" or "wait".')
    if checked.retries < 0 or checked.backoff < 0 or checked.version < 1:
        raise DeclarationError("retries and backoff are not negative, and version begins with 1.")
    return checked


def _marked(function: F, kind: StepKind) -> F:
    if not inspect.isfunction(function):
        raise DeclarationError(
            f"@{kind.value} decorates {function!r}, which is no function. "
            "Put it below @staticmethod or @classmethod."
        )
    if (known := kind_of(function)) not in (StepKind.UNDECLARED, kind):
        raise DeclarationError(
            f"{name_of(function)} is marked @{known.value} and @{kind.value}. "
            "A step that calls something outside is @external_step; split it when it also writes."
        )
    setattr(function, _MARK, kind)
    return function
