"""The types that a run's context values must have.

Checks are `isinstance` checks: True passes for `int`, a subclass for its base, and of `list[int]` only the
`list` is looked at. None fits every key: it means unset.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin

from Orchestrators.Errors import ContextSchemaError

RESULT = "result"
RESULT_STATUS = "result_status"
#: statuses are HTTP statuses, and from here on they are failures
FAILURE = 400


class Schema:
    """Context keys with their types; keys outside are untyped."""

    def __init__(self) -> None:
        """A schema that knows `result_status`, an HTTP status; `result` may be anything."""
        self._types: dict[str, tuple[type, ...]] = {RESULT_STATUS: (int,)}

    def merge(self, additions: Mapping[str, Any]) -> None:
        """Add {key: type}. Raises ContextSchemaError for what is no type, or another type than before."""
        flat = {key: _flattened(key, wanted) for key, wanted in additions.items()}
        for key, wanted in flat.items():
            known = self._types.get(key, wanted)
            if set(known) != set(wanted):
                raise ContextSchemaError(
                    f"Context key {key!r} is declared as {_names(wanted)}, but this run has it as "
                    f"{_names(known)}. Orchestrators that share a run agree on a key's type, or use "
                    "different keys."
                )
        self._types.update(flat)

    def check(self, key: str, value: Any) -> None:
        """Raise ContextSchemaError unless `value` fits `key`."""
        if value is None:
            return
        wanted = self._types.get(key)
        if wanted is not None and not isinstance(value, wanted):
            raise ContextSchemaError(
                f"Context key {key!r} takes {_names(wanted)}, not {value!r} ({type(value).__qualname__}). "
                "Write a value of that type, or correct it in set_context_schema."
            )
        if key == RESULT_STATUS and value not in range(100, 600):
            raise ContextSchemaError(f"{RESULT_STATUS} is an HTTP status, 100 to 599, not {value!r}.")


def _flattened(key: str, wanted: Any) -> tuple[type, ...]:
    """`wanted` as a tuple for isinstance: unions and tuples opened, `list[int]` reduced to `list`."""
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType) or isinstance(wanted, tuple):
        parts = wanted if isinstance(wanted, tuple) else get_args(wanted)
        return tuple(part for each in parts for part in _flattened(key, type(None) if each is None else each))
    bare = object if wanted is Any else origin or wanted
    try:
        isinstance(None, bare)
    except TypeError:
        raise ContextSchemaError(
            f"set_context_schema got {wanted!r} for {key!r}, which isinstance cannot check. "
            "Give a class, a tuple or union of classes, or a generic such as list[str]."
        ) from None
    return (bare,)


def _names(wanted: tuple[type, ...]) -> str:
    return " or ".join(each.__qualname__ for each in wanted)
