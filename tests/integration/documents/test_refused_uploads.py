"""Uploads over REST that are refused: clearly, and without a trace. All tests share one empty organisation."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from tests.integration.documents.members import Member
from tests.integration.documents.multipart import body, part, post_raw
from VaultManagement.Documents.bll.service import document_service, document_version_service

Blobs = Callable[[], list[str]]


@pytest.fixture
def org(shared_org: Any) -> Any:
    return shared_org


def assert_refused(response: Any, status: int, blobs: Blobs, *, saying: str = "") -> None:
    assert response.status_code == status, response.content
    answer = response.json()
    assert {"msg", "code", "request_id"} == answer.keys() and saying in answer["msg"], answer
    assert document_service.filter().count() == document_version_service.filter().count() == 0
    assert blobs() == []


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
def limit_1000() -> Iterator[None]:
    with override_settings(BLOB_STORAGE=settings.BLOB_STORAGE.model_copy(update={"max_upload_bytes": 1000})):
        yield


@pytest.mark.usefixtures("limit_1000")
def test_a_file_above_the_limit_is_refused_while_it_arrives(editor: Member, blobs: Blobs) -> None:
    assert_refused(editor.upload(b"x" * 1001), 413, blobs, saying="1000 bytes")


@pytest.mark.usefixtures("limit_1000")
def test_a_body_far_above_the_limit_is_refused_before_it_is_read(editor: Member, blobs: Blobs) -> None:
    response = post_raw(editor, b"not even multipart", CONTENT_LENGTH=str(10 * 1024**2))
    assert_refused(response, 413, blobs, saying="1000 bytes")


def test_a_reader_may_not_upload(make_member: Callable[..., Member], blobs: Blobs) -> None:
    assert_refused(make_member("reader").upload(), 403, blobs)
