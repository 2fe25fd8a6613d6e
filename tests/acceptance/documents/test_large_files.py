"""Large files through a real server: bounded memory both ways, and no trace of what was broken off."""

import hashlib
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

from tests.acceptance.documents.server import CHUNK, Server
from tests.integration.documents.members import Member

MIB = 1024 * 1024
LARGE = 200 * MIB
#: What an upload or a download of that size may take beside what the server has anyway.
EXTRA = 64 * MIB

pytestmark = pytest.mark.timeout(240)


def large_content(digest: Any) -> Iterator[bytes]:
    """200 MiB that no compression helps with, hashed while they are made."""
    source = random.Random(7)
    block = source.randbytes(CHUNK)
    for number in range(LARGE // CHUNK):
        chunk = number.to_bytes(8, "big") + block[8:]
        digest.update(chunk)
        yield chunk


def wait_until_gone(found: Callable[[], list[str]], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while found() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found() == []


def test_200_mib_go_up_and_down_in_bounded_memory(server: Server, editor: Member) -> None:
    status, _ = server.upload([b"warm"], 4, editor.headers)
    assert status == 201
    before, digest = server.memory(), hashlib.sha256()
    server.forget_peaks()
    status, document = server.upload(large_content(digest), LARGE, editor.headers)
    assert status == 201, document
    assert document["version"]["sha256"] == digest.hexdigest() and document["version"]["size"] == LARGE
    assert server.memory(peak=True) - before < EXTRA
    server.forget_peaks()
    came = hashlib.sha256()
    with server.asked("GET", f"/vault/documents/{document['id']}/content", editor.headers) as response:
        assert response.headers["Content-Length"] == str(LARGE)
        while chunk := response.read(CHUNK):
            came.update(chunk)
    assert came.hexdigest() == digest.hexdigest()
    assert server.memory(peak=True) - before < EXTRA


def test_a_client_that_hangs_up_leaves_nothing(
    server: Server, editor: Member, blobs: Callable[[], list[str]]
) -> None:
    connection = server.begin_upload(50 * MIB, editor.headers, sent=2 * MIB)
    deadline = time.monotonic() + 15
    while not blobs() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(blobs()) == 1  # it is arriving
    connection.close()
    wait_until_gone(blobs)
    assert server.fetch("/vault/documents", editor.headers)[1] == b'{"results":[],"total":0}'


def test_a_refused_upload_leaves_nothing(
    server: Server, editor: Member, blobs: Callable[[], list[str]]
) -> None:
    status, answer = server.upload([b"x" * CHUNK] * 3, 3 * CHUNK, editor.headers, title="x" * 256)
    assert status == 400 and "title" in answer["msg"]
    wait_until_gone(blobs)


def test_a_file_above_the_limit_is_refused_without_being_sent(
    server: Server, editor: Member, blobs: Callable[[], list[str]]
) -> None:
    size = settings.BLOB_STORAGE.max_upload_bytes + 100 * MIB
    with server.begin_upload(size, editor.headers, sent=1000) as connection:
        connection.settimeout(15)
        answer = connection.recv(65536)
    assert b" 413 " in answer.partition(b"\r\n")[0] and blobs() == []


def test_a_client_that_stops_reading_a_download_frees_the_file(server: Server, editor: Member) -> None:
    status, document = server.upload([b"x" * CHUNK] * 20, 20 * CHUNK, editor.headers)
    assert status == 201
    for _ in range(20):
        with server.asked("GET", f"/vault/documents/{document['id']}/content", editor.headers) as response:
            assert len(response.read(1000)) == 1000
    wait_until_gone(lambda: server.open_files(document["version"]["sha256"]))


def test_the_head_and_a_range_come_right_through_a_server(server: Server, editor: Member) -> None:
    _, document = server.upload([b"0123456789"], 10, editor.headers)
    path = f"/vault/documents/{document['id']}/content"
    response, body = server.fetch(path, editor.headers, method="HEAD")
    assert response.status == 200 and response.headers["Content-Length"] == "10" and body == b""
    response, body = server.fetch(path, {**editor.headers, "Range": "bytes=2-4"})
    assert response.status == 206 and body == b"234"
    response, body = server.fetch(path, {**editor.headers, "If-None-Match": response.headers["ETag"]})
    assert response.status == 304 and body == b""
