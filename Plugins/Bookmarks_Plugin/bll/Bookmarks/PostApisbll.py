"""Writes of bookmarks: the steps of their runs, and what follows an entity's end."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from NimbusVaultConstants.CommonConstants.Permissions import may
from Orchestrators.ContextManager import context_manager, db_step
from Plugins.Bookmarks_Plugin.bll.Bookmarks.GetApisbll import no_such_bookmark
from Plugins.Bookmarks_Plugin.bll.Bookmarks.HelperFunctions import (
    check_target_url,
    entity_of,
    format_bookmark,
    pointing_at,
)
from Plugins.Bookmarks_Plugin.bll.Bookmarks.service import bookmark_service
from Plugins.Bookmarks_Plugin.config import bookmark_settings
from VaultErrors.BackendErrors import errors

if TYPE_CHECKING:
    from VaultModels.models import User

SHARING = {"common": ["result", "result_status", "shared_bookmark_id"]}
REMOVING = {"common": ["result", "result_status", "removed_bookmark"]}


@db_step
@context_manager(set_contexts=SHARING)
def share_bookmark_bll(orchestrator: Any, *, user: "User", target_url: str, title: str) -> None:
    """Write a bookmark of `user`.

    Raises ValidationError for an address that may not be shared, Conflict if `user` has shared as many as the site
    allows.
    """
    settings = bookmark_settings()
    check_target_url(target_url, schemes=settings.schemes)
    _require_room(user, most=settings.max_per_user)
    entity = entity_of(target_url)
    bookmark = bookmark_service.create(
        shared_by=user, target_url=target_url, title=title, entity_type=entity.type, entity_id=entity.id
    )
    orchestrator.set_context_value("shared_bookmark_id", bookmark.id)
    orchestrator.set_context_value("result", format_bookmark(bookmark))
    orchestrator.set_context_value("result_status", 201)


@db_step
@context_manager(get_contexts={"common": ["shared_bookmark_id"]})
def rollback_share_bookmark_bll(orchestrator: Any) -> None:
    """Take the bookmark back, if it was written and is still there."""
    bookmark_id = orchestrator.get_context_value("shared_bookmark_id")
    if bookmark_id is not None:
        bookmark_service.delete(bookmark_id)


@db_step
@context_manager(set_contexts=REMOVING)
def remove_bookmark_bll(orchestrator: Any, *, user: "User", bookmark_id: UUID) -> None:
    """Delete a bookmark that `user` has shared, or any for an administrator. Raises NotFound, PermissionDenied."""
    bookmark = bookmark_service.get(id=bookmark_id)
    if bookmark is None:
        raise no_such_bookmark()
    if bookmark.shared_by_id != user.pk and not may(user, "bookmarks.manage"):
        raise errors.bad_request.PermissionDenied(
            "Only who shared a bookmark, or an administrator, may remove it."
        )
    if not bookmark_service.delete(bookmark_id):
        raise no_such_bookmark()  # somebody was faster
    fields = {field.attname: getattr(bookmark, field.attname) for field in bookmark._meta.concrete_fields}
    orchestrator.set_context_value("removed_bookmark", fields)
    orchestrator.set_context_value("result_status", 204)


@db_step
@context_manager(get_contexts={"common": ["removed_bookmark"]})
def rollback_remove_bookmark_bll(orchestrator: Any) -> None:
    """Write the bookmark again as it was, id and time included, if it was deleted."""
    fields = orchestrator.get_context_value("removed_bookmark")
    if fields is not None and bookmark_service.get(id=fields["id"]) is None:
        bookmark_service.create(**fields)


def forget_entity(*, entity_type: str, entity_id: str) -> int:
    """Delete the bookmarks that point at exactly this entity; how many there were."""
    return bookmark_service.bulk_delete(pointing_at(entity_type=entity_type, entity_id=entity_id))


def _require_room(user: "User", *, most: int) -> None:
    if bookmark_service.filter(shared_by=user).count() >= most:
        raise errors.bad_request.Conflict(
            f"You have shared {most} bookmarks, which is as many as this site allows; remove one first."
        )
