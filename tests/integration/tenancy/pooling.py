"""A transaction-pooling proxy for tests: many clients, few server sessions, one of these per transaction only.

It takes the simple and the extended protocol without TLS, and hands each transaction to the session that has been idle
for longest, so that successive statements of one client meet different sessions.
"""

import os
import queue
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

_PARAMETERS = ("server_version", "client_encoding", "TimeZone", "DateStyle", "standard_conforming_strings")
_ENDS_A_REQUEST = frozenset(b"QScf")  # query, sync, copy done, copy failed


class PoolingProxy:
    """Listens on `port` of the loopback address until closed."""

    def __init__(self, conninfo: str, *, sessions: int) -> None:
        self._owners = [
            psycopg.connect(conninfo, sslmode="disable", autocommit=True) for _ in range(sessions)
        ]
        self._idle: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()
        self._sessions = [socket.socket(fileno=os.dup(owner.pgconn.socket)) for owner in self._owners]
        for session in self._sessions:
            session.setblocking(True)
            self._idle.put(session)
        self._greeting = self._greeting_of(self._owners[0])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        for session in self._sessions:
            session.close()
        for owner in self._owners:
            owner.close()

    @staticmethod
    def _greeting_of(owner: psycopg.Connection) -> bytes:
        greeting = message(b"R", struct.pack("!i", 0))
        for name in _PARAMETERS:
            value = owner.info.parameter_status(name) or ""
            greeting += message(b"S", name.encode() + b"\0" + value.encode() + b"\0")
        return greeting + message(b"K", struct.pack("!ii", 1, 1)) + message(b"Z", b"I")

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        held = None
        with client, suppress(OSError):
            self._greet(client)
            while (request := read_message(client))[:1] != b"X":
                held = held or self._idle.get()
                held.sendall(request)
                if request[0] in _ENDS_A_REQUEST and self._answer(held, client) == b"I":
                    self._idle.put(held)
                    held = None

    def _greet(self, client: socket.socket) -> None:
        length, code = struct.unpack("!ii", read(client, 8))
        while code in (80877103, 80877104):  # asks for TLS or GSSAPI encryption
            client.sendall(b"N")
            length, code = struct.unpack("!ii", read(client, 8))
        read(client, length - 8)
        client.sendall(self._greeting)

    @staticmethod
    def _answer(session: socket.socket, client: socket.socket) -> bytes:
        """Pass the answer on; the transaction's status when it is complete, b"" if the server waits for copied data."""
        answer = b""
        while True:
            part = read_message(session)
            answer += part  # sent in one piece: many small ones would wait for one another's acknowledgement
            if part[:1] in (b"Z", b"G"):
                client.sendall(answer)
                return part[5:] if part[:1] == b"Z" else b""


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def read_message(connection: socket.socket) -> bytes:
    head = read(connection, 5)
    return head + read(connection, struct.unpack("!i", head[1:])[0] - 4)


def read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionError("closed")
        data += part
    return data


@contextmanager
def pooling_proxy(conninfo: str, *, sessions: int) -> Iterator[PoolingProxy]:
    """A running proxy before the server of `conninfo`, with that many sessions."""
    proxy = PoolingProxy(conninfo, sessions=sessions)
    try:
        yield proxy
    finally:
        proxy.close()
