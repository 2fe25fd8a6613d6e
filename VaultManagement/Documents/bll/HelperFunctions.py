"""Small parts of documents that touch no table: normal forms, limits, what a client gets to see."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from VaultModels.models import Document, DocumentVersion


MAX_TITLE = 255
MAX_FOLDER = 1024
#: Of a folder in UTF-8: what an index entry of PostgreSQL takes.
MAX_FOLDER_BYTES = 2000
MAX_TAG = 64
MAX_TAGS = 50
MAX_FILENAME = 255
_MAX_ENDING = 32
#: Bytes of the attributes as compact JSON in UTF-8.
MAX_ATTRIBUTES_BYTES = 16 * 1024
MAX_ATTRIBUTES_DEPTH = 5
ANY_CONTENT_TYPE = "application/octet-stream"

_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def normal_text(text: str) -> str:
    """One form for text that looks the same (NFC), so that what one system wrote another one finds."""
    return unicodedata.normalize("NFC", text)


def normal_folder(folder: str) -> str:
    """Folder parts joined by "/", without empty ones; "" is the root.

    Raises ValueError for "." and "..", which would make two names of one folder, and for one that no index takes.
    """
    if len(folder.encode("utf-8", "surrogatepass")) > MAX_FOLDER_BYTES:
        raise ValueError(f"A folder has at most {MAX_FOLDER_BYTES} bytes in UTF-8; shorten its names.")
    parts = [part.strip() for part in normal_text(folder).split("/")]
    if {".", ".."} & set(parts):
        raise ValueError("'.' and '..' are no folder names; give the full path.")
    return "/".join(part for part in parts if part)


def normal_content_type(content_type: str) -> str:
    """The type as it is kept, without parameters; `application/octet-stream` for none or a malformed one."""
    bare = content_type.partition(";")[0].strip().lower()
    return bare if _CONTENT_TYPE.fullmatch(bare) else ANY_CONTENT_TYPE


def normal_filename(filename: str) -> str:
    """A base name for display, its ending kept when it is too long. Never a path to open."""
    name = "".join(
        char for char in normal_text(re.split(r"[/\\]", filename)[-1]) if char.isprintable()
    ).strip()
    if len(name) > MAX_FILENAME:
        stem, dot, ending = name.rpartition(".")
        ending = f"{dot}{ending}" if stem and len(ending) <= _MAX_ENDING else ""
        name = name[: MAX_FILENAME - len(ending)] + ending
    return name or "file"


def searchable_text(*, title: str, filename: str) -> str:
    """What the search looks in."""
    return searched_text(f"{title}\n{filename}")


def searched_text(text: str) -> str:
    """Text without its case, alike for what is searched and what is searched for."""
    return normal_text(text).casefold()


def check_attributes(attributes: Any) -> None:
    """Raise ValueError unless every database can keep `attributes` and return them as they are."""
    if not isinstance(attributes, dict):
        raise ValueError('Give a JSON object, such as {"project": "Apollo"}.')  # noqa: TRY004  # of the client's
    _check_value(attributes, room=MAX_ATTRIBUTES_DEPTH)
    if len(json.dumps(attributes, ensure_ascii=False, separators=(",", ":")).encode()) > MAX_ATTRIBUTES_BYTES:
        raise ValueError(f"More than {MAX_ATTRIBUTES_BYTES // 1024} KiB of JSON.")


def _check_value(value: Any, *, room: int) -> None:
    if isinstance(value, dict | list):
        if room == 0:
            raise ValueError(f"Nested deeper than {MAX_ATTRIBUTES_DEPTH} levels.")
        for inner in [*value, *value.values()] if isinstance(value, dict) else value:
            _check_value(inner, room=room - 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("NaN and infinite numbers are not JSON.")
    elif isinstance(value, str) and _UNSTORABLE.search(value):
        raise ValueError("Text with NUL, or with half of a surrogate pair, cannot be stored.")


def format_version(version: DocumentVersion) -> dict[str, Any]:
    """A version as a client sees it; `created_by` must have been selected with it."""
    return {
        "number": version.number,
        "sha256": version.sha256,
        "size": version.size,
        "content_type": version.content_type,
        "created_at": version.created_at.isoformat(),
        "created_by": version.created_by.username,
    }


def format_document(document: Document) -> dict[str, Any]:
    """A document as a client sees it; owner and latest version must have been selected with it."""
    return {
        "id": str(document.id),
        "title": document.title,
        "folder": document.folder,
        "tags": document.tags,
        "attributes": document.attributes,
        "status": str(document.status),
        "owner": document.owner.username,
        "created_at": document.created_at.isoformat(),
        "updated_at": document.updated_at.isoformat(),
        "version": format_version(document.latest_version),
    }


def remember(orchestrator: Any, key: str, value: Any) -> None:
    """Append `value` to the list that the run keeps under `key`, for the rollback of the running step."""
    orchestrator.set_context_value(key, [*(orchestrator.get_context_value(key) or []), value])


def undo_last(orchestrator: Any, key: str, undo: Callable[[Any], bool]) -> None:
    """Undo what was remembered last under `key` and still stands.

    `undo` says whether there was anything to undo: what a transaction has undone itself is passed over.
    """
    remembered = list(orchestrator.get_context_value(key) or [])
    while remembered and not undo(remembered.pop()):
        pass
    orchestrator.set_context_value(key, remembered)
