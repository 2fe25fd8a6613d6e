"""What the plugin does when the core calls."""

from typing import Any

import pluggy

from Plugins.Bookmarks_Plugin.bll.Bookmarks.GetApisbll import require_unshared_by_others
from Plugins.Bookmarks_Plugin.bll.Bookmarks.PostApisbll import forget_entity
from Plugins.Bookmarks_Plugin.BookmarksOrchestrator import BookmarksOrchestrator
from Plugins.Bookmarks_Plugin.config import bookmark_settings

hookimpl = pluggy.HookimplMarker("vault")


class Bookmarks_Plugin:  # noqa: N801  # named like its folder, which is how the host finds it
    """Bookmarks go with the entity that they point at, or keep it from going if the site's operator wishes so."""

    @hookimpl
    def collect_orchestrators(self) -> dict[str, Any]:
        return {"bookmarks": BookmarksOrchestrator}

    @hookimpl
    def before_entity_archive(self, entity_type: str, entity_id: str, user: Any) -> None:
        if "archive" in bookmark_settings().protect_from:
            require_unshared_by_others(
                entity_type=entity_type, entity_id=entity_id, user=user, verb="archived"
            )

    @hookimpl
    def before_entity_delete(self, entity_type: str, entity_id: str, user: Any) -> None:
        if "delete" in bookmark_settings().protect_from:
            require_unshared_by_others(
                entity_type=entity_type, entity_id=entity_id, user=user, verb="deleted"
            )

    @hookimpl
    def on_entity_archived(self, entity_type: str, entity_id: str) -> None:
        forget_entity(entity_type=entity_type, entity_id=entity_id)

    @hookimpl
    def on_entity_deleted(self, entity_type: str, entity_id: str) -> None:
        forget_entity(entity_type=entity_type, entity_id=entity_id)
