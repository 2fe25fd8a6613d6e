"""Whatever fails, nothing is half done: rows, blobs and events of an upload; states under competing requests."""

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from Orchestrators.ContextManager import context_manager, db_step, external_step
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from tests.integration.documents.members import Member
from VaultErrors.BackendErrors import errors
from VaultManagement.Documents.bll.GetApisbll import referenced_blobs
from VaultManagement.Documents.bll.PostApisbll import OUTCOME
from VaultManagement.Documents.bll.service import (
    document_service,
    document_tag_service,
    document_version_service,
)
from VaultManagement.Documents.uploads import ReceivedFile
from VaultPlatform import tenancy
from VaultPlatform.storage import Incoming, blob_storage

Blobs = Callable[[], list[str]]


class Boom(Exception):
    """What the tests let steps fail with."""


def boom(*args: Any, **kwargs: Any) -> None:
    raise Boom


def rows() -> Counter[str]:
    services = (document_service, document_version_service, document_tag_service)
    return Counter({service.model.__name__: service.filter().count() for service in services})


def staged_upload(member: Member, content: bytes = b"hello world", *, onto: Any = None) -> Any:
    writer = blob_storage().writer()
    writer.write(content)
    documents = onto or OrchestratorRegistry.get("documents")
    file = ReceivedFile(writer=writer, name="a.txt", content_type="text/plain")
    documents.stage_upload(user=member.user, file=file, tags=["t"])
    return documents


PLACES = [
    "VaultPlatform.storage.local.LocalBlobStorage.put",
    "VaultManagement.Documents.bll.PostApisbll.document_service.create",
    "VaultManagement.Documents.bll.PostApisbll.document_version_service.create",
    "VaultManagement.Documents.bll.PostApisbll.document_tag_service.bulk_create",
    "VaultManagement.Documents.bll.PostApisbll.format_document",
]


@pytest.mark.parametrize("place", PLACES)
def test_an_upload_that_fails_anywhere_leaves_nothing(
    editor: Member, blobs: Blobs, events: list[Any], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(place, boom)
    editor.client.raise_request_exception = False
    response = editor.upload(tags=["t"])
    assert response.status_code == 500 and response.json()["code"] == "internal_error"
    assert not +rows() and blobs() == [] and events == []


def test_an_upload_whose_commit_fails_leaves_nothing(
    editor: Member, blobs: Blobs, events: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pointer to the first version is checked at commit: without that version it fails there."""

    def forget(**fields: Any) -> Any:
        return document_version_service.model(**fields)

    monkeypatch.setattr("VaultManagement.Documents.bll.PostApisbll.document_version_service.create", forget)
    with pytest.raises(IntegrityError):
        staged_upload(editor).mainorchestrator.execute()
    assert not +rows() and blobs() == [] and events == []


def fail_by_exception(orchestrator: Any) -> None:
    raise Boom


def fail_by_status(orchestrator: Any) -> None:
    orchestrator.set_context_value("result_status", 409)


@db_step
def fail_in_the_database(orchestrator: Any) -> None:
    raise Boom


FAILURES = [fail_by_exception, context_manager(set_contexts=OUTCOME)(fail_by_status), fail_in_the_database]


def execute_to_failure(run: Any) -> None:
    with suppress(Boom):
        run.execute()
    assert run.state.value == "compensated"


@pytest.mark.parametrize("fail", FAILURES)
def test_what_is_composed_with_a_step_that_fails_is_undone(
    editor: Member, blobs: Blobs, events: list[Any], fail: Any
) -> None:
    """Two uploads, then every kind of change to three documents, then the failure."""
    first, second, third = (editor.document(content=bytes([n]), tags=["old"]) for n in range(3))
    editor.client.post(f"/vault/documents/{third['id']}/archive")
    before, kept = [editor.client.get("/vault/documents?order=created_at").json(), rows()], blobs()
    events.clear()
    documents = staged_upload(editor)
    run = documents.mainorchestrator
    staged_upload(editor, b"another", onto=documents)
    documents.stage_update(UUID(first["id"]), {"title": "new", "tags": ["new"], "attributes": {"n": 1}})
    documents.stage_archive(UUID(first["id"]), editor.user)
    documents.stage_trash(UUID(second["id"]), editor.user)
    documents.stage_restore(UUID(third["id"]))
    run.add_step(fail, None)
    execute_to_failure(run)
    assert [editor.client.get("/vault/documents?order=created_at").json(), rows()] == before
    assert editor.client.get("/vault/documents?tag=old").json()["total"] == 3
    assert blobs() == kept and events == []


def test_what_a_transaction_undid_itself_is_not_undone_instead_of_what_it_did_not(editor: Member) -> None:
    """archive A | a step of its own | archive B, then failure in B's transaction: A's rollback undoes A."""
    a, b = (editor.document() for _ in range(2))
    documents = OrchestratorRegistry.get("documents")
    documents.stage_archive(UUID(a["id"]), editor.user)
    documents.mainorchestrator.add_step(lambda orchestrator: None, None)
    documents.stage_archive(UUID(b["id"]), editor.user)
    documents.mainorchestrator.add_step(fail_in_the_database, None)
    execute_to_failure(documents.mainorchestrator)
    for document in (a, b):
        assert editor.client.get(f"/vault/documents/{document['id']}").json() == document


def test_undoing_a_change_leaves_what_somebody_else_has_changed_since(editor: Member) -> None:
    document = editor.document(title="old", folder="old")
    path = f"/vault/documents/{document['id']}"
    documents = OrchestratorRegistry.get("documents")
    documents.stage_update(UUID(document["id"]), {"title": "ours", "folder": "ours"})

    def others_then_failure(orchestrator: Any) -> None:
        editor.client.patch(path, {"title": "theirs"})
        raise Boom

    documents.mainorchestrator.add_step(external_step(others_then_failure), None)
    execute_to_failure(documents.mainorchestrator)
    after = editor.client.get(path).json()
    assert (after["title"], after["folder"]) == ("theirs", "old")


def test_uploads_and_changes_compose_when_all_goes_well(editor: Member, blobs: Blobs) -> None:
    document = editor.document()
    documents = staged_upload(editor, b"one")
    staged_upload(editor, b"two", onto=documents)
    documents.stage_archive(UUID(document["id"]), editor.user)
    documents.mainorchestrator.execute()
    page = editor.client.get("/vault/documents?order=created_at").json()
    assert [each["version"]["size"] for each in page["results"]] == [11, 3, 3]
    assert [each["status"] for each in page["results"]] == ["archived", "active", "active"]
    assert len(blobs()) == 3


def test_a_failing_upload_leaves_the_same_content_of_another_document(
    editor: Member, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = editor.document()
    before = blobs()
    monkeypatch.setattr("VaultManagement.Documents.bll.PostApisbll.document_service.create", boom)
    editor.client.raise_request_exception = False
    assert editor.upload().status_code == 500
    assert blobs() == before
    response = editor.client.get(f"/vault/documents/{document['id']}/content")
    assert b"".join(response.streaming_content) == b"hello world"


def test_a_full_storage_is_answered_with_503(
    editor: Member, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Any, data: bytes) -> None:
        raise errors.server.Unavailable("The storage does not work at the moment; nothing was changed.")

    monkeypatch.setattr("VaultPlatform.storage.files.LocalWriter.write", full)
    response = editor.upload()
    assert response.status_code == 503 and "Retry-After" in response.headers
    assert not +rows() and blobs() == []


def test_a_change_that_fails_half_way_changes_nothing(
    editor: Member, events: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = editor.document(tags=["old"])
    events.clear()
    monkeypatch.setattr("VaultManagement.Documents.bll.PostApisbll.document_service.update", boom)
    editor.client.raise_request_exception = False
    path = f"/vault/documents/{document['id']}"
    for response in (
        editor.client.patch(path, {"title": "x", "tags": ["new"]}),
        editor.client.post(f"{path}/archive"),
        editor.client.delete(path),
    ):
        assert response.status_code == 500
    assert editor.client.get(path).json() == document
    assert editor.client.get("/vault/documents?tag=old").json()["total"] == 1
    assert events == []


def compete(organisation: tenancy.Organisation, *requests: Callable[[], Any]) -> list[int]:
    """Send requests at the same time, each from a thread of its own; their statuses."""
    together, statuses = threading.Barrier(len(requests)), [0] * len(requests)

    def send(number: int) -> None:
        together.wait(10)
        statuses[number] = requests[number]().status_code

    with tenancy.use(organisation):
        threads = [
            threading.Thread(target=tenancy.propagate(send), args=(number,))
            for number in range(len(requests))
        ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(statuses)


@pytest.mark.parametrize("verb", ["archive", "restore", "delete"])
def test_of_competing_requests_one_wins_and_the_others_conflict(
    editor: Member, org: Any, events: list[Any], verb: str
) -> None:
    document = editor.document()
    path = f"/vault/documents/{document['id']}"
    if verb == "restore":
        editor.client.post(f"{path}/archive")
    events.clear()

    def send() -> Any:
        return editor.client.delete(path) if verb == "delete" else editor.client.post(f"{path}/{verb}")

    statuses = compete(org, send, send, send, send)
    assert statuses == [204 if verb == "delete" else 200, 409, 409, 409]
    assert len(events) == 1


def test_competing_changes_of_different_fields_are_both_kept(editor: Member, org: Any) -> None:
    document = editor.document()
    path = f"/vault/documents/{document['id']}"
    changes = [{"title": "new"}, {"folder": "new"}, {"tags": ["new"]}, {"attributes": {"new": 1}}]
    statuses = compete(org, *[lambda change=change: editor.client.patch(path, change) for change in changes])
    assert statuses == [200, 200, 200, 200]
    after = editor.client.get(path).json()
    assert [after[field] for change in changes for field in change] == ["new", "new", ["new"], {"new": 1}]


def test_competing_uploads_of_one_content_all_succeed(editor: Member, org: Any, blobs: Blobs) -> None:
    assert compete(org, *[editor.upload] * 4) == [201] * 4
    assert len(blobs()) == 1 and rows()["Document"] == 4


def test_a_change_waits_for_the_one_before_it(editor: Member, org: Any) -> None:
    """A check made by a plugin inside an archive run holds until the run's end: nobody changes the row meanwhile."""
    document = editor.document()
    path = f"/vault/documents/{document['id']}"
    done = threading.Event()

    def rename() -> None:
        editor.client.patch(path, {"title": "too late"})
        done.set()

    with transaction.atomic():
        document_service.filter(id=document["id"]).select_for_update().get()
        thread = threading.Thread(target=tenancy.propagate(rename))
        thread.start()
        assert not done.wait(0.5)
    thread.join(30)
    assert done.is_set() and editor.client.get(path).json()["title"] == "too late"
    assert not connection.in_atomic_block


def test_a_sweep_knows_which_blobs_documents_need(editor: Member, blobs: Blobs) -> None:
    needed = editor.document()["version"]["sha256"]
    writer = blob_storage().writer()
    writer.write(b"orphan")
    incoming: Incoming = writer.finish()
    blob_storage().put(incoming)
    writer.close()
    assert blob_storage().sweep(older_than=timedelta(0), referenced=referenced_blobs) == 1
    assert blobs() == [f"blobs/{needed[:2]}/{needed}"]
