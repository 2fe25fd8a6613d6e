"""What needs no table: which addresses may be shared, what they point at, and how a bookmark is shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address
from posixpath import normpath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import UUID

from Plugins.Bookmarks_Plugin.CommonConstants import MAX_ENTITY_ID
from VaultErrors.BackendErrors import errors

if TYPE_CHECKING:
    from Plugins.Bookmarks_Plugin.models import Bookmark

#: Path segments in front of an entity's id, and the entity's type if they tell it.
_PATHS: Final = ((("entity",), ""), (("vault", "documents"), "Document"))
_HOST: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")


@dataclass(frozen=True, kw_only=True)
class Entity:
    """An entity that an address points at."""

    #: Such as "Document"; "" if the address does not tell.
    type: str
    #: "" if the address points at no entity.
    id: str


def check_target_url(url: str, *, schemes: Sequence[str]) -> None:
    """Raise ValidationError unless `url` is an absolute address, of one of `schemes`, without credentials."""
    parts = _split(url)
    if parts is None or parts.scheme not in schemes or not _is_host(parts):
        raise errors.bad_request.ValidationError(
            f"target_url: Give a full {' or '.join(schemes)} address, such as {schemes[-1]}://example.org/page."
        )
    if "@" in parts.netloc:
        raise errors.bad_request.ValidationError(
            "target_url: Leave user name and password out of the address: everybody here would read them."
        )


def entity_of(url: str) -> Entity:
    """What an address that has been checked points at.

    An id is a whole segment of the path, after `/entity/` or `/vault/documents/`, wherever that stands; what follows
    it (`/content`, `/versions/3`) is a part of the entity. Query and fragment say nothing.
    """
    segments = [unquote(segment) for segment in normpath(urlsplit(url).path).split("/") if segment]
    for start in range(len(segments)):
        for before, entity_type in _PATHS:
            end = start + len(before)
            if tuple(segments[start:end]) == before and end < len(segments):
                return _entity(entity_type, segments[end])
    return Entity(type="", id="")


def normal_id(entity_id: object) -> str:
    """An id as it is compared: a UUID in its usual form, other ids as they are."""
    text = str(entity_id)
    try:
        return str(UUID(text))
    except ValueError:
        return text


def pointing_at(*, entity_type: str, entity_id: object) -> dict[str, Any]:
    """Lookups for the bookmarks of one entity, those whose address leaves its type open among them.

    Raises ValueError for an empty id: that is what bookmarks have that point at no entity.
    """
    if not str(entity_id):
        raise ValueError(f"A {entity_type or 'entity'} without an id has no bookmarks; pass its id as text.")
    return {"entity_id": normal_id(entity_id), "entity_type__in": ("", entity_type)}


def format_bookmark(bookmark: "Bookmark") -> dict[str, Any]:
    """A bookmark as a client sees it; who shared it must have been selected with it."""
    return {
        "id": str(bookmark.id),
        "title": bookmark.title,
        "target_url": bookmark.target_url,
        "shared_by": bookmark.shared_by.username,
        "created_at": bookmark.created_at.isoformat(),
    }


def _split(url: str) -> SplitResult | None:
    """The parts of an address; None if it is none, or browsers would read it in another way than we do."""
    if not url.isprintable() or any(char.isspace() or char == "\\" for char in url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # read to have it checked
    except ValueError:
        return None
    return parts


def _is_host(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        if ":" in host:
            return bool(IPv6Address(host))
        return _HOST.fullmatch(host.encode("idna").decode("ascii")) is not None
    except ValueError:
        return False


def _entity(entity_type: str, entity_id: str) -> Entity:
    if len(entity_id) > MAX_ENTITY_ID or not entity_id.isprintable():
        return Entity(type="", id="")
    return Entity(type=entity_type, id=normal_id(entity_id))
