"""Content over REST: whole, in parts, not at all when it has not changed; inert in a browser."""

import hashlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.integration.documents.members import Member

CONTENT = random.Random(1).randbytes(700_001)
ETAG = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
OTHER = '"' + "0" * 64 + '"'


@pytest.fixture
def org(shared_org: Any) -> Any:
    return shared_org


@pytest.fixture
def path(editor: Member) -> str:
    document = editor.document(content=CONTENT, filename='Grüße, "x".pdf', content_type="application/pdf")
    return f"/vault/documents/{document['id']}/content"


def get(member: Member, path: str, **headers: str) -> tuple[Any, bytes]:
    response = member.client.get(
        path, headers={key.replace("_", "-"): value for key, value in headers.items()}
    )
    return response, b"".join(response.streaming_content) if response.streaming else response.content


def test_the_content_comes_back_as_it_was_sent(editor: Member, path: str) -> None:
    response, content = get(editor, path)
    assert response.status_code == 200 and content == CONTENT
    assert response.headers["ETag"] == ETAG
    assert response.headers["Content-Length"] == str(len(CONTENT))
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Accept-Ranges"] == "bytes"


def test_the_first_version_is_the_newest(editor: Member, path: str) -> None:
    response, content = get(editor, path.replace("/content", "/versions/1/content"))
    assert content == CONTENT and response.headers["ETag"] == ETAG


def test_a_browser_saves_it_and_runs_nothing_of_it(editor: Member, path: str) -> None:
    headers = get(editor, path)[0].headers
    assert headers["Content-Disposition"] == "attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe%2C%20%22x%22.pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "private" in headers["Cache-Control"]


@pytest.mark.parametrize("accept", ["application/pdf", "image/png", "text/html, */*;q=0.1", "nonsense"])
def test_it_comes_whatever_the_client_says_it_accepts(editor: Member, path: str, accept: str) -> None:
    assert get(editor, path, Accept=accept)[0].status_code == 200
    assert get(editor, path + "?format=xml")[0].status_code == 200


@pytest.mark.parametrize("known", [ETAG, f"W/{ETAG}", f"{OTHER}, {ETAG}", "*"])
def test_a_client_that_has_it_already_gets_no_bytes(editor: Member, path: str, known: str) -> None:
    response, content = get(editor, path, If_None_Match=known, Range="bytes=0-1")
    assert response.status_code == 304 and content == b"" and response.headers["ETag"] == ETAG


@pytest.mark.parametrize("known", [OTHER, "nonsense", ""])
def test_a_client_that_has_another_one_gets_this_one(editor: Member, path: str, known: str) -> None:
    assert get(editor, path, If_None_Match=known)[1] == CONTENT


def test_a_client_that_insists_on_another_one_gets_none(editor: Member, path: str) -> None:
    response, content = get(editor, path, If_Match=OTHER)
    assert response.status_code == 412 and CONTENT not in content
    assert get(editor, path, If_Match=ETAG)[1] == CONTENT


SIZE = len(CONTENT)
RANGES = [
    ("bytes=0-0", 0, 1),
    ("bytes=0-99", 0, 100),
    ("bytes=262143-524289", 262143, 524290),  # across the chunks in which it is read
    (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
    ("bytes=-5", SIZE - 5, SIZE),
    (f"bytes=-{SIZE + 9}", 0, SIZE),
    (f"bytes=10-{SIZE + 9}", 10, SIZE),
]


@pytest.mark.parametrize(("header", "start", "end"), RANGES)
def test_a_range_is_a_part(editor: Member, path: str, header: str, start: int, end: int) -> None:
    response, content = get(editor, path, Range=header)
    assert response.status_code == 206 and content == CONTENT[start:end]
    assert response.headers["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert response.headers["Content-Length"] == str(end - start)
    assert response.headers["ETag"] == ETAG


def test_the_parts_make_up_the_whole(editor: Member, path: str) -> None:
    parts = [get(editor, path, Range=f"bytes={at}-{at + 99_999}")[1] for at in range(0, SIZE, 100_000)]
    assert b"".join(parts) == CONTENT


@pytest.mark.parametrize("header", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
def test_a_range_outside_is_refused_with_the_size(editor: Member, path: str, header: str) -> None:
    response, _ = get(editor, path, Range=header)
    assert response.status_code == 416 and response.headers["Content-Range"] == f"bytes */{SIZE}"
    assert response.json()["code"] == "range_not_satisfiable"


@pytest.mark.parametrize("header", ["bytes=0-1,5-6", "bytes=5-1", "lines=0-1", "bytes=a-b"])
def test_what_is_no_single_range_gets_the_whole(editor: Member, path: str, header: str) -> None:
    response, content = get(editor, path, Range=header)
    assert response.status_code == 200 and content == CONTENT


@pytest.mark.parametrize(
    ("if_range", "status"),
    [(ETAG, 206), (OTHER, 200), (f"W/{ETAG}", 200), ("Sat, 01 Jan 2028 00:00:00 GMT", 200)],
)
def test_a_download_is_resumed_only_of_the_same_content(
    editor: Member, path: str, if_range: str, status: int
) -> None:
    response, content = get(editor, path, Range="bytes=5-9", If_Range=if_range)
    assert response.status_code == status and content == (CONTENT[5:10] if status == 206 else CONTENT)


def test_the_head_tells_everything_but_the_bytes(editor: Member, path: str) -> None:
    response = editor.client.head(path, headers={"Range": "bytes=0-1"})
    assert response.status_code == 200 and response.content == b""
    assert response.headers["Content-Length"] == str(SIZE) and response.headers["ETag"] == ETAG


def spoilt(editor: Member, org: Any, spoil: Callable[[Path], object]) -> Any:
    """The answer to a GET of content whose file was spoilt."""
    document = editor.document(content=spoil.__name__.encode() * 1000)
    digest = document["version"]["sha256"]
    spoil(Path(settings.VAULT_HOME) / "storage" / org.key / "blobs" / digest[:2] / digest)
    return get(editor, f"/vault/documents/{document['id']}/content")[0]


def test_lost_content_is_an_error_and_not_an_empty_file(editor: Member, org: Any) -> None:
    response = spoilt(editor, org, Path.unlink)
    assert response.status_code == 503 and "storage" in response.json()["msg"]


def test_damaged_content_is_an_error_and_not_half_a_file(editor: Member, org: Any) -> None:
    def truncate(path: Path) -> None:
        with path.open("r+b") as file:
            file.truncate(1000)

    response = spoilt(editor, org, truncate)
    assert response.status_code == 503 and "damaged" in response.json()["msg"]
    assert response.headers["Content-Type"] == "application/json"
