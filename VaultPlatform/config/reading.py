"""Reads VaultSettings.json as JSON, strictly: a key that appears twice or a NaN is refused."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from VaultPlatform.config.errors import Problem, SettingsError

_START = '{"Base": {"active_plugins": []}}'


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys were written more than once."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    result = _Object(pairs)
    if len(result) < len(pairs):
        result.repeated = tuple(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _repeated_keys(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, _Object):
        prefix = f"{path}." if path else ""
        yield from (prefix + key for key in value.repeated)
        for key, item in value.items():
            yield from _repeated_keys(item, prefix + key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _repeated_keys(item, f"{path}[{index}]")


def _read_text(path: Path) -> str:
    file = str(path)
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        problem = Problem(
            file=file,
            wrong="there is no such file",
            expected=f"a settings file there; create it with {_START} or let VAULT_SETTINGS name another",
        )
    except UnicodeDecodeError as error:
        problem = Problem(file=file, wrong=f"byte {error.start} is not UTF-8", expected="JSON text in UTF-8")
    except OSError as error:
        problem = Problem(file=file, wrong=f"cannot be read ({error.strerror})", expected="a readable file")
    raise SettingsError(problem)


def _parse(path: Path, text: str) -> Any:
    file = str(path)
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
        json.dumps(document, ensure_ascii=False).encode()
        return document
    except json.JSONDecodeError as error:
        problem = Problem(
            file=file,
            key=f"line {error.lineno}, column {error.colno}",
            wrong=f"not valid JSON: {error.msg}",
            expected="JSON: names and texts in double quotes, no comments, no comma after the last entry",
        )
    except RecursionError:
        problem = Problem(file=file, wrong="is nested too deeply", expected="sections of plain values")
    except UnicodeEncodeError:
        problem = Problem(file=file, wrong="holds half of a surrogate pair", expected="whole characters")
    except ValueError as error:
        problem = Problem(file=file, wrong=str(error), expected="a finite number")
    raise SettingsError(problem)


def read_document(path: Path) -> dict[str, Any]:
    """The JSON object in the file.

    Parameters:
        path: the settings file; messages name it as given here.

    Raises:
        SettingsError: no such file, not readable, not JSON (with line and column), not an object, or keys
            that appear twice.
    """
    document = _parse(path, _read_text(path))
    if not isinstance(document, dict):
        kind = "an array" if isinstance(document, list) else "a single value"
        raise SettingsError(
            Problem(file=str(path), wrong=f"holds {kind}", expected=f"a JSON object such as {_START}")
        )
    repeated = [
        Problem(file=str(path), key=key, wrong="appears more than once", expected="each key once")
        for key in _repeated_keys(document)
    ]
    if repeated:
        raise SettingsError(*repeated)
    return document
