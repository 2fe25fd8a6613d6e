"""Uploads over REST: what is kept of them, and what is refused without a trace."""

import hashlib
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import override_settings

from tests.integration.documents.members import Member
from VaultManagement.Documents.bll.service import document_service, document_version_service

Blobs = Callable[[], list[str]]
BOUNDARY = "limes"


def part(name: str, content: bytes, *, filename: str | None = None, **headers: str) -> bytes:
    disposition = f'form-data; name="{name}"' + ("" if filename is None else f'; filename="{filename}"')
    lines = {
        "Content-Disposition": disposition,
        **{key.replace("_", "-"): value for key, value in headers.items()},
    }
    return "".join(f"{key}: {value}\r\n" for key, value in lines.items()).encode() + b"\r\n" + content


def body(*parts: bytes) -> bytes:
    opening = f"--{BOUNDARY}\r\n".encode()
    return b"".join(opening + each + b"\r\n" for each in parts) + f"--{BOUNDARY}--\r\n".encode()


class BrokenOff(io.BytesIO):
    """A request's body whose connection breaks after the bytes that came; `error` as some servers tell it."""

    def __init__(self, came: bytes, error: Exception | None) -> None:
        super().__init__(came)
        self._error = error

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if not data and self._error:
            raise self._error
        return data


def post_raw(member: Member, content: bytes, **environ: Any) -> Any:
    content_type = f"multipart/form-data; boundary={BOUNDARY}"
    return member.client.generic("POST", "/vault/documents", content, content_type, **environ)


def assert_refused(response: Any, status: int, blobs: Blobs, *, saying: str = "") -> None:
    assert response.status_code == status, response.content
    answer = response.json()
    assert {"msg", "code", "request_id"} == answer.keys() and saying in answer["msg"], answer
    assert document_service.filter().count() == document_version_service.filter().count() == 0
    assert blobs() == []


def test_an_upload_is_answered_with_the_whole_document(editor: Member, blobs: Blobs) -> None:
    content = bytes(range(256)) * 300
    said = {
        "title": " The plan ",
        "folder": "/work/2024/",
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
        "folder": "work/2024",
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


REFUSED: dict[str, tuple[bytes, str]] = {
    "no part at all": (body(), "file"),
    "no file": (body(part("title", b"x")), "file"),
    "a file without a name": (body(part("file", b"x", filename="")), "file"),
    "text instead of a file": (body(part("file", b"x")), "with a file name"),
    "two files": (body(part("file", b"x", filename="a"), part("file", b"y", filename="b")), "exactly one"),
    "a file under another name": (body(part("document", b"x", filename="a")), "'document'"),
    "a name that is none": (body(part("file", b"x", filename="..")), "file"),
    "a field that is none": (body(part("file", b"x", filename="a"), part("tag", b"x")), "no field tag"),
    "a title that is too long": (body(part("file", b"x", filename="a"), part("title", b"x" * 256)), "title"),
    "a title with NUL": (body(part("file", b"x", filename="a"), part("title", b"a\x00b")), "title"),
    "a folder that climbs": (body(part("file", b"x", filename="a"), part("folder", b"a/../b")), "folder"),
    "attributes that are no JSON": (
        body(part("file", b"x", filename="a"), part("attributes", b"{")),
        "attributes",
    ),
    "attributes that are no object": (
        body(part("file", b"x", filename="a"), part("attributes", b"[]")),
        "attributes",
    ),
    "attributes of absurd depth": (
        body(part("file", b"x", filename="a"), part("attributes", b"[" * 16000)),
        "attributes",
    ),
    "attributes with NaN": (
        body(part("file", b"x", filename="a"), part("attributes", b'{"a": NaN}')),
        "attributes",
    ),
    "51 tags": (
        body(part("file", b"x", filename="a"), *(part("tags", str(n).encode()) for n in range(51))),
        "tags",
    ),
    "a tag that is too long": (body(part("file", b"x", filename="a"), part("tags", b"x" * 65)), "tags"),
    "a blank tag": (body(part("file", b"x", filename="a"), part("tags", b" ")), "tags"),
    "no closing boundary": (body(part("file", b"x" * 999, filename="a"))[:-30], "before it was complete"),
    "base64 that is none": (body(part("file", b"a", filename="a", Content_Transfer_Encoding="base64")), ""),
}


@pytest.mark.parametrize(("content", "saying"), REFUSED.values(), ids=REFUSED.keys())
def test_a_malformed_upload_is_refused_and_leaves_nothing(
    editor: Member, blobs: Blobs, content: bytes, saying: str
) -> None:
    assert_refused(post_raw(editor, content), 400, blobs, saying=saying)


@pytest.mark.parametrize("error", [None, OSError("connection reset by peer")], ids=["ends", "raises"])
@pytest.mark.parametrize("cut", [10, 60, 150, 1000, 3100, 3200, 4000])
def test_an_upload_that_the_client_breaks_off_leaves_nothing(
    editor: Member, blobs: Blobs, cut: int, error: Exception | None
) -> None:
    content = body(
        part("file", b"x" * 3000, filename="a"), part("title", b"y" * 200), part("tags", b"z" * 1000)
    )
    came = BrokenOff(content[:cut], error)
    assert_refused(post_raw(editor, content, **{"wsgi.input": came}), 400, blobs, saying="complete")


def test_another_kind_of_body_is_refused(editor: Member, blobs: Blobs) -> None:
    assert_refused(editor.client.post("/vault/documents", {"title": "x"}, format="json"), 415, blobs)


@pytest.fixture
def limit_1000() -> Any:
    with override_settings(BLOB_STORAGE=settings.BLOB_STORAGE.model_copy(update={"max_upload_bytes": 1000})):
        yield


@pytest.mark.usefixtures("limit_1000")
def test_a_file_of_exactly_the_limit_is_taken(editor: Member) -> None:
    assert editor.document(content=b"x" * 1000)["version"]["size"] == 1000


@pytest.mark.usefixtures("limit_1000")
def test_a_file_above_the_limit_is_refused_while_it_arrives(editor: Member, blobs: Blobs) -> None:
    assert_refused(editor.upload(b"x" * 1001), 413, blobs, saying="1000 bytes")


@pytest.mark.usefixtures("limit_1000")
def test_a_body_far_above_the_limit_is_refused_before_it_is_read(editor: Member, blobs: Blobs) -> None:
    response = post_raw(editor, b"not even multipart", CONTENT_LENGTH=str(10 * 1024**2))
    assert_refused(response, 413, blobs, saying="1000 bytes")


def test_a_reader_may_not_upload(make_member: Callable[..., Member], blobs: Blobs) -> None:
    assert_refused(make_member("reader").upload(), 403, blobs)


def test_nothing_of_an_upload_is_in_another_organisation(
    editor: Member, make_member: Callable[..., Member], make_org: Callable[..., Any]
) -> None:
    document = editor.document()
    stranger = make_member("administrator", organisation=make_org())
    for path in ("", "/content", "/versions", "/versions/1", "/versions/1/content"):
        assert stranger.client.get(f"/vault/documents/{document['id']}{path}").status_code == 404
    assert stranger.client.get("/vault/documents").json() == {"results": [], "total": 0}
    assert stranger.client.delete(f"/vault/documents/{document['id']}").status_code == 404
