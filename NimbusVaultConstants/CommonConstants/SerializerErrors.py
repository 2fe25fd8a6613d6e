"""DRF's nested error structures as one sentence."""

from collections.abc import Iterator
from typing import Any


def flatten_serializer_errors(errors: Any) -> str:
    """One line of text for a serializer's `errors`, e.g. ``"title: This field is required.; tags.0: Too long."``.

    `errors` is what DRF makes: a message, a list of such, or a dict of field to such, nested at will.
    """
    return "; ".join(f"{path}: {message}" if path else message for path, message in _walk(errors, ""))


def _walk(errors: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(errors, dict):
        for field, inner in errors.items():
            yield from _walk(inner, path if field == "non_field_errors" else _join(path, field))
    elif isinstance(errors, (list, tuple)):
        for index, inner in enumerate(errors):
            yield from _walk(inner, _join(path, index) if isinstance(inner, (dict, list)) else path)
    else:
        yield path, str(errors)


def _join(path: str, part: object) -> str:
    return f"{path}.{part}" if path else str(part)
