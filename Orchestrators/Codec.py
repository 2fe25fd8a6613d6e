"""Values of a run as JSON, so that they can be written down and read again by another process.

Plain JSON values are themselves. What JSON has no word for is an object with one key that begins with "$"; a dict that
happens to look like one is wrapped. An instance of a model is its label and its key, and is fetched anew when read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from Orchestrators.Errors import UnknownValue, UnwritableValue

_MARK = "$"
_MODEL, _TUPLE, _DICT = "$model", "$tuple", "$dict"
#: How a type that JSON does not know is written, and how it is read.
_SCALARS: dict[type, tuple[str, Callable[[Any], str], Callable[[str], Any]]] = {
    UUID: ("$uuid", str, UUID),
    Decimal: ("$decimal", str, Decimal),
    datetime: ("$datetime", datetime.isoformat, datetime.fromisoformat),
    date: ("$date", date.isoformat, date.fromisoformat),
    time: ("$time", time.isoformat, time.fromisoformat),
    timedelta: (
        "$timedelta",
        lambda value: str(value // timedelta(microseconds=1)),
        lambda text: timedelta(microseconds=int(text)),
    ),
}
_PLAIN = frozenset({bool, int, str})
_READERS = {mark: read for mark, _, read in _SCALARS.values()}
#: Values nested deeper than this are refused.
MAX_DEPTH = 50


def encode(value: Any, *, what: object) -> Any:
    """`value` as JSON values.

    It may be made of None, bool, int, finite float, str, UUID, Decimal, datetime, date, time, timedelta, saved or new
    model instances with a key, and lists, tuples and dicts (with str keys) of these.
    Raises UnwritableValue for anything else; `what`, as text, says in its message what the value is for.
    """
    return _encoded(value, what, 0)


def decode(value: Any) -> Any:
    """What `encode` has made `value` of. Raises UnknownValue if a row or a model is not there any more."""
    if isinstance(value, list):
        return [decode(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((mark, inner),) = value.items()
        if mark.startswith(_MARK):
            return _read(mark, inner)
    return {key: decode(each) for key, each in value.items()}


def writable(text: str) -> str:
    """`text` with what a database cannot hold (NUL, lone surrogates) written out."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def shown(value: Any) -> Any:
    """`value` as JSON for people to read, which any database holds: what JSON has no word for is its text."""
    if isinstance(value, Mapping):
        return {writable(str(key)): shown(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [shown(each) for each in value]
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return writable(str(value))


def _encoded(value: Any, what: object, depth: int) -> Any:
    if value is None or type(value) in _PLAIN:
        return _encoded_scalar(value, what)
    if depth > MAX_DEPTH:
        raise UnwritableValue(f"{what} is nested deeper than {MAX_DEPTH} levels. Flatten it.")
    if isinstance(value, list | tuple):
        items = [_encoded(each, what, depth + 1) for each in value]
        return items if isinstance(value, list) else {_TUPLE: items}
    if isinstance(value, Mapping):
        return _encoded_dict(value, what, depth)
    if isinstance(value, Model):
        return {_MODEL: [value._meta.label, _encoded(_key_of(value, what), what, depth + 1)]}
    return _encoded_scalar(value, what)


def _encoded_scalar(value: Any, what: object) -> Any:
    if isinstance(value, Enum):
        value = value.value
    kind = type(value)
    if kind is str and writable(value) != value:
        raise UnwritableValue(
            f"{what} is text with a NUL character or half of a surrogate pair, which not every database holds. Take"
            " it out."
        )
    if value is None or kind in _PLAIN or (kind is float and math.isfinite(value)):
        return value
    if kind in _SCALARS:
        mark, write, _ = _SCALARS[kind]
        return {mark: write(value)}
    if isinstance(value, str):
        return _encoded_scalar(str(value), what)
    raise UnwritableValue(
        f"{what} holds {_type_of(value)}, which cannot be written down. Use JSON values, UUID, Decimal, dates and"
        " times, and model instances: a list for a set or a QuerySet, an id for an object; never a secret."
    )


def _encoded_dict(value: Mapping[Any, Any], what: object, depth: int) -> dict[str, Any]:
    encoded = {}
    for key, each in value.items():
        if not isinstance(key, str):
            raise UnwritableValue(f"{what} has the key {key!r} in a dict. Keys are strings.")
        encoded[_encoded_scalar(str(key), f"A key of {what}")] = _encoded(each, what, depth + 1)
    looks_encoded = len(encoded) == 1 and next(iter(encoded)).startswith(_MARK)
    return {_DICT: encoded} if looks_encoded else encoded


def _key_of(instance: Model, what: object) -> Any:
    if instance.pk is None:
        raise UnwritableValue(
            f"{what} holds a {instance._meta.label} that has no key yet. Save it first, or pass its fields."
        )
    return instance.pk


def _read(mark: str, inner: Any) -> Any:
    if mark in _READERS:
        return _READERS[mark](inner)
    if mark == _TUPLE:
        return tuple(decode(each) for each in inner)
    if mark == _DICT:
        return {key: decode(each) for key, each in inner.items()}
    if mark == _MODEL:
        return _fetched(*inner)
    raise UnknownValue(f"A value is marked {mark!r}, which this version of NimbusVault does not know.")


def _fetched(label: str, key: Any) -> Model:
    try:
        model = apps.get_model(label)
    except LookupError as error:
        raise UnknownValue(f"There is no model {label}; is its plugin on?") from error
    instance: Model | None = model._base_manager.filter(pk=decode(key)).first()
    if instance is not None:
        return instance
    raise UnknownValue(f"{label} {decode(key)} is not there any more.")


def _type_of(value: Any) -> str:
    """The value's type only: what cannot be written may be what must not be shown."""
    return f"a {type(value).__module__}.{type(value).__qualname__}".replace("builtins.", "")
