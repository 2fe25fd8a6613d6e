"""A running server as a client and the operating system see it."""

import json
import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from itertools import chain
from pathlib import Path
from typing import Any

from tests.integration.serving.processes import below

BOUNDARY = "between-the-parts"
CHUNK = 1024 * 1024
Headers = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server process with its workers, listening on a loopback port."""

    pid: int
    port: int

    def answers(self) -> bool:
        try:
            self.fetch("/vault/documents", {})
        except (OSError, HTTPException):
            return False
        return True

    @contextmanager
    def asked(
        self, method: str, path: str, headers: Headers, body: Iterator[bytes] | None = None
    ) -> Iterator[HTTPResponse]:
        """The answer as it begins; leaving the block hangs up."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, headers)
            with connection.getresponse() as response:
                yield response

    def fetch(self, path: str, headers: Headers, *, method: str = "GET") -> tuple[HTTPResponse, bytes]:
        """The whole answer and its body."""
        with self.asked(method, path, headers) as response:
            return response, response.read()

    def upload(
        self, content: Iterable[bytes], size: int, headers: Headers, *, title: str = "large"
    ) -> tuple[int, Any]:
        """POST a file that is made while it is sent; status and body of the answer."""
        opening, closing_part = framing(title)
        headers = headers_for(size + len(opening) + len(closing_part), headers)
        parts = chain([opening], content, [closing_part])
        with self.asked("POST", "/vault/documents", headers, parts) as response:
            return response.status, json.loads(response.read())

    def begin_upload(self, size: int, headers: Headers, *, sent: int) -> socket.socket:
        """Announce a file of `size` bytes and send `sent` of them; the connection, for the caller to break off."""
        opening, closing_part = framing("large")
        headers = headers_for(size + len(opening) + len(closing_part), headers)
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection.sendall(f"POST /vault/documents HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n".encode())
        connection.sendall(opening + b"x" * sent)
        return connection

    def forget_peaks(self) -> None:
        """Let the kernel count the processes' highest memory use anew from here."""
        for pid in self._processes():
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def memory(self, *, peak: bool = False) -> int:
        """Bytes of memory that the server's processes have resident now, or had at most since `forget_peaks`."""
        pattern = re.compile(rf"^{'VmHWM' if peak else 'VmRSS'}:\s+(\d+) kB", re.MULTILINE)
        statuses = [Path(f"/proc/{pid}/status").read_text() for pid in self._processes()]
        return 1024 * sum(int(match[1]) for status in statuses if (match := pattern.search(status)))

    def open_files(self, name: str) -> list[str]:
        """Descriptors of files of that name which the server's processes hold open."""
        links = [link for pid in self._processes() for link in Path(f"/proc/{pid}/fd").iterdir()]
        return [str(link) for link in links if _target(link).name == name]

    def _processes(self) -> list[int]:
        return [self.pid, *below(self.pid)]


def _target(link: Path) -> Path:
    try:
        return link.readlink()
    except OSError:  # closed meanwhile
        return Path()


def headers_for(length: int, headers: Headers) -> Headers:
    """`headers` with those of a multipart body of `length` bytes."""
    content_type = f"multipart/form-data; boundary={BOUNDARY}"
    return {**headers, "Content-Type": content_type, "Content-Length": str(length)}


def framing(title: str) -> tuple[bytes, bytes]:
    """What stands before and behind the file in a multipart body."""
    opening = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="title"\r\n\r\n{title}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return opening.encode(), f"\r\n--{BOUNDARY}--\r\n".encode()
