"""Bytes that no client library would send, to the server that a site runs: each is refused, and it goes on serving."""

import json
import socket
from http.client import HTTPException, HTTPResponse
from typing import Any

import pytest

from tests.clients import sign_in

MIB = 1024 * 1024


class Wire:
    """Requests written by hand, each on a connection of its own."""

    def __init__(self, port: int, org: Any, client: Any) -> None:
        self.port = port
        token = sign_in(org, client.username)["access"]
        self.headers = f"Host: 127.0.0.1\r\nOrg: {org.slug}\r\nAuthorization: JWT {token}\r\n".encode()

    def ask(self, line: bytes, headers: bytes = b"", body: bytes = b"") -> tuple[int, bytes]:
        """Status and body of the answer; 0 if the server hung up without one."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            try:
                head = line + b" HTTP/1.1\r\n" + self.headers + b"Connection: close\r\n" + headers
                connection.sendall(head + b"\r\n" + body)
            except OSError:
                pass  # it has answered already, and does not listen any more
            return _answer(connection)

    def post(self, body: bytes, kind: bytes = b"application/json", **more: str) -> tuple[int, Any]:
        """A body to a route that takes JSON; status and message."""
        headers = b"Content-Type: %s\r\nContent-Length: %d\r\n" % (kind, len(body))
        headers += "".join(f"{name}: {value}\r\n" for name, value in more.items()).encode()
        status, answer = self.ask(b"POST /vault/users", headers, body)
        return status, json.loads(answer)["msg"]


def _answer(connection: socket.socket) -> tuple[int, bytes]:
    with HTTPResponse(connection) as response:
        try:
            response.begin()
            return response.status, response.read()
        except (OSError, HTTPException):
            return 0, b""


@pytest.fixture
def wire(server: Any, org: Any, client_for: Any) -> Wire:
    return Wire(server.port, org, client_for(org))


def test_odd_bodies_are_refused_with_a_reason(wire: Wire) -> None:
    refusals = {
        b'"' + b"x" * 10 * MIB + b'"': (413, f"more than the {MIB} bytes"),
        b"[" * 10_000 + b"]" * 10_000: (400, "deeper than 64"),
        b'{"username": NaN}': (400, "NaN"),
        b'{"username": "a", "username": "b"}': (400, "username: this name is there twice"),
        b'{"username": "a\\u0000"}': (400, "username: text with NUL"),
        b'{"username": "\\ud800"}': (400, "username: text with NUL, or with half"),
        b'{"username": ' + b"9" * 5000 + b"}": (400, "5000 digits"),
        b'{"username": "\xff"}': (400, "not UTF-8"),
    }
    for body, (status, saying) in refusals.items():
        found, msg = wire.post(body)
        assert (found, saying in msg) == (status, True), (body[:40], found, msg)
    found, msg = wire.post(b"{}", kind=b"application/json; charset=utf-16")
    assert (found, "utf-16" in msg) == (415, True)


def test_a_body_in_pieces_is_no_way_around_the_limit(wire: Wire) -> None:
    headers = b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    piece = b"%x\r\n%s\r\n" % (MIB, b"x" * MIB)
    status, answer = wire.ask(b"POST /vault/users", headers, piece * 12 + b"0\r\n\r\n")
    assert status in {400, 413}
    assert b"Content-Length" in answer
    for kind in (b"multipart/form-data; boundary=b", b"text/plain"):
        headers = b"Content-Type: %s\r\nTransfer-Encoding: chunked\r\n" % kind
        assert wire.ask(b"POST /vault/documents", headers, b"1\r\nx\r\n0\r\n\r\n")[0] == 400


def test_a_length_and_pieces_together_smuggle_nothing(wire: Wire) -> None:
    smuggled = b"GET /vault/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    for headers in (
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Content-Length: +4\r\n",
        b"Content-Length: 4 4\r\n",
    ):
        body = b"Content-Type: application/json\r\n"
        status, _ = wire.ask(b"POST /vault/users", body + headers, b"0\r\n\r\n" + smuggled)
        assert status in {0, 400, 415}, headers


def test_detours_lead_nowhere(wire: Wire) -> None:
    for path in (
        b"//vault/documents",
        b"/vault//documents",
        b"/vault/../vault/documents",
        b"/vault/./documents",
        b"/vault/health/..%2fdocuments",
        b"/vault/health/%2e%2e/documents",
        b"/vault/documents/",
        b"/vault/documents;a=b",
        b"/vault/documents%00",
        b"/vault/documents%0d%0aX-Evil:%201",
        b"/Vault/documents",
        b"/vault/DOCUMENTS",
        b"/vault/documents%ff",
        b"/vault/api/static/../../documents",
        b"/vault/api/static/%2e%2e/%2e%2e/settings.py",
        b"/vault/api/static/..%2f..%2f..%2fetc/passwd",
        b"/vault/api/static//etc/passwd",
        b"/vault/api/static/%00",
    ):
        status, answer = wire.ask(b"GET " + path)
        assert status in {400, 404}, path
        assert json.loads(answer).keys() == {"msg", "code", "request_id"}


def test_an_encoded_slash_is_a_slash_to_the_gate_too(wire: Wire) -> None:
    assert wire.ask(b"GET /vault%2fdocuments")[0] == 200
    wire.headers = wire.headers.split(b"Authorization")[0]
    assert wire.ask(b"GET /vault%2fdocuments")[0] == 401
    assert wire.ask(b"GET /vault%2Fsite%2Forganisations")[0] == 401


def test_odd_request_lines_and_headers_are_refused_or_harmless(wire: Wire) -> None:
    asked = {
        b"BREW /vault/documents": {405},
        b"CONNECT /vault/documents": {0, 400, 403, 404, 405},
        b"TRACE /vault/documents": {403, 405},
        b"get /vault/documents": {200},  # Django reads a verb in any case, and the gate what Django reads
        b"GET /vault/documents?name=%00": {400},
        b"GET /vault/documents?search=%ED%A0%80": {400},
        b"GET /vault/documents?%00=1": {400},
        b"GET *": {0, 400, 404},
        b"GET vault/documents": {0, 400, 404},
        b"GET /vault/docu ments": {0, 400},
        b"GET /vault/documents?" + b"a" * 100_000: {0, 200, 400, 414, 431},
    }
    for line, statuses in asked.items():
        assert wire.ask(line)[0] in statuses, line
    for header in (
        b"X-Odd: \xff\xfe\r\n",
        b"Accept: \xf0\x9f\x92\xa9\r\n",
        b"X-Request-ID: \xff\r\n",
        b"Range: bytes=\xff\r\n",
        b"If-None-Match: \xff\r\n",
        b"Cookie: \xff=\xff\r\n",
        b"Accept-Encoding: " + b"a," * 5000 + b"\r\n",
        b"X-Forwarded-For: \xff, '\r\n",
        b"Content-Type: \xff/\xff; charset=\xff\r\nContent-Length: 0\r\n",
    ):
        assert wire.ask(b"GET /vault/documents", header)[0] in {0, 200, 400, 406, 431}, header
    for header in (b"X: a\0b\r\n", b"X: a\rb\r\n", b"X : a\r\n", b" X: a\r\n", b"\0: a\r\n"):
        assert wire.ask(b"GET /vault/documents", header)[0] in {0, 200, 400}, header
    assert wire.ask(b"GET /vault/documents", b"Org: \xff\r\n")[0] in {400, 404}


def test_after_all_that_it_serves(wire: Wire) -> None:
    for body in (b"[" * 10_000, b"\xff", b""):
        wire.post(body)
    assert wire.ask(b"GET /vault/documents")[0] == 200
