"""What a run will do, as data: its steps written down, and read again by whoever takes the run over."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from Orchestrators.Codec import decode, encode
from Orchestrators.Errors import StagingError, UnknownValue
from Orchestrators.Steps import Step, check_callable, kind_of, name_of, policy_of, reference_to

if TYPE_CHECKING:
    from Orchestrators.MainOrchestrator import MainOrchestrator


class _Argument(NamedTuple):
    """Names an argument in a message, if there has to be one."""

    function: Callable[..., Any]
    key: int | str

    def __str__(self) -> str:
        return f"Argument {self.key!r} of {name_of(self.function)}"


def arguments_of(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """What a step is staged with, as JSON. Raises UnwritableValue, naming the argument."""
    return {
        "args": [encode(value, what=_Argument(function, number)) for number, value in enumerate(args, 1)],
        "kwargs": {key: encode(value, what=_Argument(function, key)) for key, value in kwargs.items()},
    }


def written(step: Step) -> dict[str, Any]:
    """`step` as JSON."""
    return {
        "forward": step.reference,
        "rollback": None if step.rollback is None else reference_to(step.rollback),
        "kind": step.kind.value,
        "version": step.policy.version,
        **step.arguments,
    }


def read(number: int, item: Mapping[str, Any], *, run: MainOrchestrator) -> Step:
    """The step number `number` that `item` was written from.

    Raises UnknownValue if a function, a model or a row is gone, or the step is of another version by now; StagingError
    if the function does not take its arguments any more.
    """
    forward = _resolved(item["forward"], run)
    rollback = None if item["rollback"] is None else _resolved(item["rollback"], run)
    if policy_of(forward).version != item["version"]:
        raise UnknownValue(
            f"{item['forward']} is at version {policy_of(forward).version}, and version {item['version']} was staged."
        )
    args = tuple(decode(value) for value in item["args"])
    kwargs = {key: decode(value) for key, value in item["kwargs"].items()}
    check_callable(forward, (run, *args), kwargs, role="forward function")
    return Step(
        number=number,
        forward=forward,
        rollback=rollback,
        args=args,
        kwargs=kwargs,
        kind=kind_of(forward),
        arguments={"args": item["args"], "kwargs": item["kwargs"]},
        reference=reference_to(forward),
        policy=policy_of(forward),
    )


def _resolved(reference: str, run: MainOrchestrator) -> Callable[..., Any]:
    module_name, _, qualname = reference.partition(":")
    try:
        found: Any = importlib.import_module(module_name)
        owner: Any = None
        for part in qualname.split("."):
            owner, found = found, getattr(found, part)
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise UnknownValue(
            f"{reference} cannot be found any more. Bring the function back under this name, or settle the run."
        ) from error
    if isinstance(owner, type) and inspect.isfunction(found) and hasattr(owner, "bound_to"):
        found = getattr(owner.bound_to(run), found.__name__)
    if not callable(found):
        raise StagingError(f"{reference} is no function any more.")
    return found  # type: ignore[no-any-return]
