"""Reads of bookmarks: one is one query, a list two."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from NimbusVaultConstants.CommonConstants.Paging import page_of
from Plugins.Bookmarks_Plugin.bll.Bookmarks.HelperFunctions import format_bookmark, normal_id, pointing_at
from Plugins.Bookmarks_Plugin.bll.Bookmarks.service import bookmark_service
from VaultErrors.BackendErrors import errors

if TYPE_CHECKING:
    from VaultModels.models import User


def get_bookmark(*, bookmark_id: UUID) -> dict[str, Any]:
    """One bookmark. Raises NotFound."""
    bookmark = bookmark_service.get(id=bookmark_id, _select_related="shared_by")
    if bookmark is None:
        raise no_such_bookmark()
    return format_bookmark(bookmark)


def list_bookmarks(
    *, user: Any, mine: bool = False, entity: str = "", limit: int = 50, offset: int = 0
) -> dict[str, Any]:
    """A page of the organisation's bookmarks, the newest first.

    Parameters:
        user: who is asking.
        mine: only those that `user` has shared.
        entity: only those that point at the entity of this id; "" for all.
    """
    lookups: dict[str, Any] = {"shared_by": user} if mine else {}
    if entity:
        lookups["entity_id"] = normal_id(entity)
    rows = bookmark_service.filter(**lookups, _select_related="shared_by").order_by("-created_at", "-id")
    return page_of(rows, limit=limit, offset=offset, shown=format_bookmark)


def require_unshared_by_others(*, entity_type: str, entity_id: str, user: "User", verb: str) -> None:
    """Raise Conflict if somebody other than `user` has bookmarked the entity. `verb`: what is about to happen to it."""
    found = bookmark_service.filter(**pointing_at(entity_type=entity_type, entity_id=entity_id))
    others = found.exclude(shared_by_id=user.pk).count()
    if others:
        raise errors.bad_request.Conflict(
            f"Other members have shared {others} bookmark(s) to this {entity_type}, so it cannot be {verb}."
        )


def no_such_bookmark() -> errors.VaultError:
    """The answer to an id that no bookmark of this organisation has."""
    return errors.bad_request.NotFound("There is no bookmark of that id.")
