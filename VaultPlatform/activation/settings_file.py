"""Editing `Base.active_plugins` in the text of VaultSettings.json, so that everything else stays as it was typed."""

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]  # the one public way to a string's end
from pathlib import Path
from typing import Any

_BLANK = re.compile(r"[ \t\r\n]*")
_decoder = json.JSONDecoder()
_Span = tuple[int, int]


def active_plugins(text: str) -> list[str]:
    """`Base.active_plugins` of a settings file that is valid JSON."""
    document: Any = json.loads(text.removeprefix("\ufeff"))
    return list(document.get("Base", {}).get("active_plugins", []))


def with_active_plugins(text: str, names: Sequence[str]) -> str:
    """The text of the file with another list; nothing else of it differs.

    Parameters: `text`, valid JSON, whose byte order mark and line ends stay; `names`, the plugins in order.
    """
    document = _BLANK.match(text, 1 if text.startswith("\ufeff") else 0).end()  # type: ignore[union-attr]
    base = _members(text, document).get("Base")
    if base is None:
        return _with_first_member(text, document, f'"Base": {{"active_plugins": {json.dumps(list(names))}}}')
    listed = _members(text, base[0]).get("active_plugins")
    if listed is None:
        return _with_first_member(text, base[0], f'"active_plugins": {json.dumps(list(names))}')
    start, end = listed
    return text[:start] + _list_like(text[start:end], names) + text[end:]


def _members(text: str, opening: int) -> dict[str, _Span]:
    """Key -> where its value begins and ends, of the object whose brace is at `opening`."""
    found: dict[str, _Span] = {}
    position = _after_blank(text, opening + 1)
    while text[position] == '"':
        key, position = scanstring(text, position + 1)
        start = _after_blank(text, _after_blank(text, position) + 1)
        _, end = _decoder.raw_decode(text, start)
        found[key] = (start, end)
        position = _after_blank(text, end)
        if text[position] == ",":
            position = _after_blank(text, position + 1)
    return found


def _after_blank(text: str, position: int) -> int:
    return _BLANK.match(text, position).end()  # type: ignore[union-attr]


def _with_first_member(text: str, opening: int, member: str) -> str:
    rest = _after_blank(text, opening + 1)
    if text[rest] == "}":
        return text[: opening + 1] + member + text[rest:]
    return (
        text[: opening + 1]
        + text[opening + 1 : rest]
        + member
        + ","
        + (text[opening + 1 : rest] or " ")
        + text[rest:]
    )


def _list_like(written: str, names: Sequence[str]) -> str:
    """The list, a name a line if it was written so before."""
    parts = [json.dumps(name) for name in names]
    lines = re.match(r"\[(?P<before>\s*\r?\n\s*)", written)
    if lines is None or not parts:
        return f"[{', '.join(parts)}]"
    last = re.search(r"(\s*)\]$", written)
    return f"[{lines['before']}{(',' + lines['before']).join(parts)}{last[1] if last else ''}]"


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` into `path` at once or not at all, as safe from a loss of power as the file system allows.

    Mode and, where that is allowed, owner of the file stay. Parameters: `path`, of a file that may be missing. Raises
    OSError when the folder or the disk does not take it.
    """
    draft, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(draft, "wb") as file:
            _like(path, file.fileno())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _like(path: Path, draft: int) -> None:
    """Give the draft the mode and the owner of what it is to replace."""
    try:
        now = path.stat()
    except FileNotFoundError:
        return
    os.fchmod(draft, now.st_mode & 0o7777)
    with contextlib.suppress(PermissionError):
        os.fchown(draft, now.st_uid, now.st_gid)
