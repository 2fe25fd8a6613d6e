"""JSON as everybody reads it alike: what readers disagree on, or databases cannot keep, is refused with its name.

Refused: nesting beyond `MAX_DEPTH` (seen before anything is parsed), a name that one object has twice, NaN and infinite
numbers, integers of more than `MAX_DIGITS` digits, NUL and lone halves of surrogate pairs.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NoReturn

MAX_DEPTH: Final = 64
#: What fits a double, which is as far as readers of JSON agree.
MAX_DIGITS: Final = 308

_SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: A string as a whole, or one bracket outside of strings.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class BadJson(ValueError):
    """Text that is no JSON, or none that is taken here; its words are for the client."""


def read_json(text: str) -> Any:
    """The value that `text` stands for. Raises BadJson, which says what is wrong and where."""
    _check_depth(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise BadJson(f"This is not JSON: {error}.") from error
    if _SUSPICIOUS.search(text):
        _check_texts(value)
    return value


def _check_depth(text: str) -> None:
    """Count brackets, with no recursion: what is nested too deeply must not reach the parser."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for match in _TOKEN.finditer(text):
        bracket = match[0]
        depth += (bracket in "[{") - (bracket in "]}")
        if depth > MAX_DEPTH:
            raise BadJson(f"Nested deeper than {MAX_DEPTH} levels.")


def _check_texts(value: Any) -> None:
    """Refuse texts that no database keeps. The depth is bounded by now, and so is the recursion."""
    for path, text in _texts(value, ""):
        if _UNSTORABLE.search(text):
            raise BadJson(f"{_plain(path)}: text with NUL, or with half of a surrogate pair, is not taken.")


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path or "the body", value
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{path}.{index}".lstrip("."))
    elif isinstance(value, dict):
        for name, inner in value.items():
            inside = f"{path}.{name}".lstrip(".")
            yield inside, name
            yield from _texts(inner, inside)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        doubled, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise BadJson(
            f"{shortened(doubled)}: this name is there twice in one object; say what you mean once."
        )
    return found


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise BadJson(f"A number of {len(digits)} digits is more than is taken here.")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise BadJson(f"The number {shortened(digits)} is larger than is taken here.")
    return number


def _constant(name: str) -> NoReturn:
    raise BadJson(f"{name} is no JSON; send a number, or null.")


def _plain(path: str) -> str:
    """`path` with what is wrong in it made visible."""
    return _UNSTORABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", shortened(path))


def shortened(text: str) -> str:
    """`text` as it may be repeated in a message."""
    return text if len(text) <= 80 else f"{text[:80]}…"  # noqa: PLR2004  # a line of a message


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)
