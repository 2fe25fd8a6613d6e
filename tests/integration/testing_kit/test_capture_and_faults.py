"""The test kit captures what hooks were called, and has steps and hooks fail where it is told."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from Orchestrators.ContextManager import context_manager, db_step
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from Plugins.plugin_manager import plugin_manager
from VaultErrors.BackendErrors import errors
from VaultPlatform.testing.capture import CapturedHooks
from VaultPlatform.testing.faults import Faults, InjectedFault, NothingFailed
from VaultPlatform.testing.step_guard import StepGuardError

BOOKMARKS = "Bookmarks_Plugin"


@pytest.fixture
def editor(org: Any, client_for: Callable[..., Any]) -> Any:
    return client_for(org, "editor")


def uploaded(editor: Any) -> str:
    file = SimpleUploadedFile("a.txt", b"text", content_type="text/plain")
    return str(editor.post("/vault/documents", {"file": file}, format="multipart").json()["id"])


def shared(editor: Any, document: str) -> Any:
    return editor.post(
        "/vault/bookmarks/share", {"target_url": f"https://example.org/entity/{document}", "title": "One"}
    )


def bookmarks(editor: Any) -> int:
    return int(editor.get("/vault/bookmarks").json()["total"])


def test_hooks_before_a_write_and_events_after_it_are_captured_in_order(
    editor: Any, captured_hooks: CapturedHooks
) -> None:
    document = uploaded(editor)
    captured_hooks.clear()

    assert editor.post(f"/vault/documents/{document}/archive").status_code == 200

    told = {"entity_type": "Document", "entity_id": document}
    [before] = captured_hooks.arguments("before_entity_archive")
    assert {name: before[name] for name in told} == told
    assert captured_hooks.arguments("on_entity_archived") == [told]
    assert captured_hooks.heard_by("on_entity_archived") == [BOOKMARKS]
    found = [each.hook for each in captured_hooks.calls]
    assert found.index("before_entity_archive") < found.index("on_entity_archived")


def test_an_event_that_nobody_hears_is_captured_too(editor: Any, captured_hooks: CapturedHooks) -> None:
    document = uploaded(editor)
    assert captured_hooks.arguments("on_entity_created")[-1]["entity_id"] == document
    assert captured_hooks.heard_by("on_entity_created") == []


def test_events_of_a_run_that_fails_are_not_captured(
    editor: Any, captured_hooks: CapturedHooks, faults: Faults
) -> None:
    document = uploaded(editor)
    captured_hooks.clear()
    with faults.step(1, after=True):
        assert editor.post(f"/vault/documents/{document}/archive").status_code == 500

    assert captured_hooks.arguments("on_entity_archived") == []
    assert editor.get(f"/vault/documents/{document}").json()["status"] == "active"


def test_nothing_is_captured_behind_the_block(org: Any, captured_hooks: CapturedHooks) -> None:
    from VaultPlatform.testing.capture import capturing

    with capturing() as inner:
        pass
    plugin_manager.hook.on_user_created(user_id="1")
    assert inner.calls == []
    assert captured_hooks.arguments("on_user_created") == [{"user_id": "1"}]


@pytest.mark.parametrize("after", [False, True])
def test_a_step_that_fails_leaves_nothing_and_the_next_write_works(
    editor: Any, faults: Faults, *, after: bool
) -> None:
    with faults.step(1, after=after):
        assert shared(editor, "1").status_code == 500
    assert bookmarks(editor) == 0
    assert shared(editor, "1").status_code == 201


def test_a_step_may_fail_with_an_error_that_the_client_reads(editor: Any, faults: Faults) -> None:
    with faults.step(1, error=errors.bad_request.Conflict("Not now.")):
        answer = shared(editor, "1")
    assert (answer.status_code, answer.json()["msg"]) == (409, "Not now.")


@db_step
@context_manager()
def nothing_bll(orchestrator: Any) -> None: ...


def test_the_kth_step_of_a_run_is_the_one_that_fails(org: Any, faults: Faults) -> None:
    done: list[int] = []

    @context_manager()
    def noting(orchestrator: Any, *, number: int) -> None:
        done.append(number)

    run = OrchestratorRegistry.get("main")
    for number in (1, 2, 3):
        run.add_step(noting, None, number=number)
    with faults.step(3), pytest.raises(InjectedFault, match="step 3"):
        run.execute()
    assert done == [1, 2]


def test_a_fault_that_never_happened_is_told(org: Any, faults: Faults) -> None:
    run = OrchestratorRegistry.get("main")
    run.add_step(nothing_bll, None)
    with pytest.raises(NothingFailed, match="There were 1 steps"), faults.step(2):
        run.execute()
    with (
        pytest.raises(NothingFailed, match="was not called"),
        faults.hook("on_entity_archived", plugin=BOOKMARKS),
    ):
        pass


def test_a_hook_after_the_commit_that_fails_changes_nothing_for_the_client(
    editor: Any, faults: Faults
) -> None:
    document = uploaded(editor)
    shared(editor, document)
    with faults.hook("on_entity_archived", plugin=BOOKMARKS):
        assert editor.post(f"/vault/documents/{document}/archive").status_code == 200
    assert bookmarks(editor) == 1


def test_a_hook_before_the_write_that_fails_keeps_the_write_from_happening(
    editor: Any, faults: Faults
) -> None:
    document = uploaded(editor)
    veto = errors.bad_request.Conflict("It is needed.")
    with faults.hook("before_entity_archive", plugin=BOOKMARKS, error=veto):
        answer = editor.post(f"/vault/documents/{document}/archive")
    assert (answer.status_code, answer.json()["msg"]) == (409, "It is needed.")
    assert editor.post(f"/vault/documents/{document}/archive").status_code == 200


def test_a_hook_that_a_plugin_does_not_implement_cannot_fail(faults: Faults) -> None:
    with (
        pytest.raises(LookupError, match="does not implement"),
        faults.hook("on_user_created", plugin=BOOKMARKS),
    ):
        pass


def test_a_database_step_that_reaches_out_is_refused_with_the_kit(org: Any, tmp_path: Any) -> None:
    @db_step
    @context_manager()
    def writing_a_file(orchestrator: Any) -> None:
        (tmp_path / "a").write_text("a")

    run = OrchestratorRegistry.get("main")
    run.add_step(writing_a_file, None)
    with pytest.raises(StepGuardError):
        run.execute()


def test_migrations_that_are_missing_are_named(plugin_migrations: Callable[[str], list[str]]) -> None:
    assert plugin_migrations(BOOKMARKS) == []
    assert plugin_migrations("Activity_Plugin") == ["it is off"]
    assert plugin_migrations("Absent_Plugin") == ["there is no plugin Absent_Plugin"]
