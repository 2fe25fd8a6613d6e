"""Workflows of bookmarks. It lives in the plugin's folder, so that taking the folder away leaves nothing behind."""

from typing import Any
from uuid import UUID

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from Plugins.Bookmarks_Plugin.bll.Bookmarks.PostApisbll import (
    REMOVING,
    SHARING,
    remove_bookmark_bll,
    rollback_remove_bookmark_bll,
    rollback_share_bookmark_bll,
    share_bookmark_bll,
)


class BookmarksOrchestrator(Workflow):
    """Description: Shares and removes bookmarks."""

    @context_manager(set_contexts=SHARING)
    def stage_share(self, *, user: Any, target_url: str, title: str) -> None:
        """Description: Stage the sharing of an address.

        Input:
            - user: the member who shares it.
            - target_url: a full http(s) address.
            - title: what it is called in the list.

        Output:
            - None. The bookmark becomes the run's result, with status 201.
        """
        self.mainorchestrator.set_context_schema({"shared_bookmark_id": UUID})
        self.mainorchestrator.add_step(
            share_bookmark_bll, rollback_share_bookmark_bll, user=user, target_url=target_url, title=title
        )

    @context_manager(set_contexts=REMOVING)
    def stage_remove(self, *, user: Any, bookmark_id: UUID) -> None:
        """Description: Stage the removal of a bookmark.

        Input:
            - user: the member who asks for it.
            - bookmark_id: id of the bookmark.

        Output:
            - None. The status becomes 204.
        """
        self.mainorchestrator.set_context_schema({"removed_bookmark": dict})
        self.mainorchestrator.add_step(
            remove_bookmark_bll, rollback_remove_bookmark_bll, user=user, bookmark_id=bookmark_id
        )
