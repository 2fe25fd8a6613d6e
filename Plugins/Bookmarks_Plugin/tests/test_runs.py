from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from Orchestrators.ContextManager import context_manager, db_step
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultModels.ModelRegistry import MODEL_REGISTRY


class Trouble(Exception):
    """What a later step of the run raises."""


def raises(orchestrator: Any) -> None:
    raise Trouble


@context_manager(set_contexts={"common": ["result", "result_status"]})
def refuses(orchestrator: Any) -> None:
    orchestrator.set_context_value("result", {"msg": "no"})
    orchestrator.set_context_value("result_status", 409)


@db_step
def raises_in_the_same_transaction(orchestrator: Any) -> None:
    raise Trouble


@pytest.fixture(params=[raises, refuses, raises_in_the_same_transaction])
def fail_after(request: pytest.FixtureRequest) -> Callable[[Any], None]:
    """Execute an orchestrator's run with one more step, which fails."""

    def execute(orchestrator: Any) -> None:
        run = orchestrator.mainorchestrator
        run.add_step(request.param, None)
        try:
            run.execute()
        except Trouble:
            return
        assert run.get_context_value("result_status", check_validation=False) == 409

    return execute


@pytest.fixture
def user(ed: Any) -> Any:
    """The row of ed."""
    return MODEL_REGISTRY["User"].objects.get(id=ed.client.id)


def test_a_run_that_fails_after_sharing_leaves_no_bookmark(ed: Any, user: Any, fail_after: Any) -> None:
    ed.share(title="before")
    bookmarks = OrchestratorRegistry.get("bookmarks")
    bookmarks.stage_share(user=user, target_url="https://example.org/", title="undone")

    fail_after(bookmarks)

    assert ed.titles() == ["before"]


def test_a_run_that_fails_after_removing_leaves_the_bookmark_as_it_was(
    ed: Any, user: Any, fail_after: Any
) -> None:
    bookmark = ed.share()
    bookmarks = OrchestratorRegistry.get("bookmarks")
    bookmarks.stage_remove(user=user, bookmark_id=UUID(bookmark["id"]))

    fail_after(bookmarks)

    assert ed.bookmarks() == [bookmark]


def test_two_bookmarks_shared_in_one_run_are_both_kept_or_both_not(ed: Any, user: Any) -> None:
    good, bad = "https://example.org/", "javascript:alert(1)"
    for urls, kept in (((good, good), 2), ((good, bad), 2)):
        bookmarks = OrchestratorRegistry.get("bookmarks")
        for url in urls:
            bookmarks.stage_share(user=user, target_url=url, title=url)
        if bad in urls:
            with pytest.raises(Exception, match="target_url"):
                bookmarks.mainorchestrator.execute()
        else:
            bookmarks.mainorchestrator.execute()
        assert len(ed.bookmarks()) == kept
