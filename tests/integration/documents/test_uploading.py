"""Uploads over REST: what is kept of them."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import override_settings

from tests.integration.documents.members import Member
from tests.integration.documents.multipart import body, part, post_raw

Blobs = Callable[[], list[str]]


def test_an_upload_is_answered_with_the_whole_document(editor: Member, blobs: Blobs) -> None:
    content = bytes(range(256)) * 300
    said = {
        "title": " The plan ",
        "folder": "/plans/2024/",
        "tags": ["a", "b", "a"],
        "attributes": '{"k": [1, null]}',
    }
    response = editor.upload(content, "plan.bin", **said)
    assert response.status_code == 201
    document = response.json()
    digest = hashlib.sha256(content).hexdigest()
    UUID(document.pop("id"))
    moments = {document.pop("created_at"), document.pop("updated_at"), document["version"].pop("created_at")}
    assert len(moments) == 1 and datetime.fromisoformat(moments.pop()).tzinfo is not None
    assert document == {
        "title": "The plan",
        "folder": "plans/2024",
        "tags": ["a", "b"],
        "attributes": {"k": [1, None]},
        "status": "active",
        "owner": "ed",
        "version": {
            "number": 1,
            "sha256": digest,
            "size": len(content),
            "content_type": "text/plain",
            "created_by": "ed",
        },
    }
    assert blobs() == [f"blobs/{digest[:2]}/{digest}"]


def test_a_file_alone_is_enough(editor: Member) -> None:
    document = editor.document(filename="report.pdf")
    assert document["title"] == "report.pdf"
    assert (document["folder"], document["tags"], document["attributes"]) == ("", [], {})


def test_what_is_answered_is_what_can_be_read_again(editor: Member) -> None:
    document = editor.document(tags=["x"], attributes='{"n": 1.5, "t": "\\u00e9"}')
    assert editor.client.get(f"/vault/documents/{document['id']}").json() == document


def test_an_empty_file_is_a_file(editor: Member) -> None:
    document = editor.document(content=b"")
    assert document["version"]["size"] == 0
    response = editor.client.get(f"/vault/documents/{document['id']}/content")
    assert response.status_code == 200 and b"".join(response.streaming_content) == b""


def test_the_same_content_twice_is_two_documents_and_one_blob(editor: Member, blobs: Blobs) -> None:
    first, second = editor.document(), editor.document()
    assert first["id"] != second["id"] and first["version"]["sha256"] == second["version"]["sha256"]
    assert len(blobs()) == 1


def test_an_upload_is_told_to_plugins_once_it_is_committed(editor: Member, events: list[Any]) -> None:
    document = editor.document()
    assert events == [
        ("on_entity_created", {"entity_type": "Document", "entity_id": document["id"]}),
        ("on_version_added", {"document_id": document["id"], "number": 1}),
    ]


@pytest.mark.parametrize(
    ("filename", "title"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\y.txt", "y.txt"),
        ("Cafe\u0301.txt", "Caf\u00e9.txt"),
        ("x" * 300 + ".md", "x" * 252 + ".md"),
    ],
)
def test_a_path_as_file_name_is_only_a_name(editor: Member, filename: str, title: str) -> None:
    response = post_raw(editor, body(part("file", b"x", filename=filename.replace("\\", "\\\\"))))
    assert response.status_code == 201 and response.json()["title"] == title


@pytest.mark.parametrize(
    ("declared", "kept"),
    [
        ("", "application/octet-stream"),
        ("x", "application/octet-stream"),
        ("Text/CSV; charset=x", "text/csv"),
    ],
)
def test_the_content_type_is_the_parts_if_it_is_one(editor: Member, declared: str, kept: str) -> None:
    headers = {"Content_Type": declared} if declared else {}
    response = post_raw(editor, body(part("file", b"x", filename="a", **headers)))
    assert response.json()["version"]["content_type"] == kept


def test_a_file_of_exactly_the_limit_is_taken(editor: Member) -> None:
    with override_settings(BLOB_STORAGE=settings.BLOB_STORAGE.model_copy(update={"max_upload_bytes": 1000})):
        assert editor.document(content=b"x" * 1000)["version"]["size"] == 1000


def test_nothing_of_an_upload_is_in_another_organisation(
    editor: Member, make_member: Callable[..., Member], make_org: Callable[..., Any]
) -> None:
    document = editor.document()
    stranger = make_member("administrator", organisation=make_org())
    for path in ("", "/content", "/versions", "/versions/1", "/versions/1/content"):
        assert stranger.client.get(f"/vault/documents/{document['id']}{path}").status_code == 404
    assert stranger.client.get("/vault/documents").json() == {"results": [], "total": 0}
    assert stranger.client.delete(f"/vault/documents/{document['id']}").status_code == 404
