"""What a run is made of: steps, and the three kinds that decide in which transaction each one runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from Orchestrators.Errors import DeclarationError, StagingError

_MARK = "__step_kind__"
_signatures: WeakKeyDictionary[Callable[..., Any], inspect.Signature] = WeakKeyDictionary()

F = TypeVar("F", bound=Callable[..., Any])


class StepKind(Enum):
    """How a step meets the database."""

    #: touches the organisation's database and nothing else; consecutive ones share one transaction
    DATABASE = "db_step"
    #: anything may happen in it; runs in a transaction of its own and is always undone by its rollback
    UNDECLARED = "undeclared"
    #: calls something outside; no transaction is open while it runs
    EXTERNAL = "external_step"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One staged step: what to call, with what, and what undoes it."""

    #: place in the run, from 1
    number: int
    forward: Callable[..., Any]
    #: called with the run alone; None when there is nothing to undo
    rollback: Callable[..., Any] | None
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    kind: StepKind

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


def external_step(function: F) -> F:
    """Declare that `function`, a step, calls something outside; no transaction is open while it runs.

    Raises DeclarationError when the function is marked as the other kind already.
    """
    return _marked(function, StepKind.EXTERNAL)


def kind_of(function: Callable[..., Any]) -> StepKind:
    """The kind a function is marked with; UNDECLARED without a mark."""
    kind: StepKind = getattr(function, _MARK, StepKind.UNDECLARED)
    return kind


def name_of(function: Callable[..., Any]) -> str:
    """Dotted name of a function for messages; its repr if it has none."""
    qualname = getattr(function, "__qualname__", None)
    return f"{function.__module__}.{qualname}" if qualname else repr(function)


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
    if (signature := signature_of(function)) is None:
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise StagingError(
            f"{name_of(function)}{signature}, staged as {role}, does not accept its arguments: {error}. "
            "A forward function is called with the run and what follows in add_step(forward, rollback, …), "
            "a rollback with the run alone."
        ) from None


def batches_of(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Steps in order, consecutive database steps together and every other one alone."""
    for _, batch in groupby(steps, lambda step: 0 if step.kind is StepKind.DATABASE else step.number):
        yield list(batch)


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
