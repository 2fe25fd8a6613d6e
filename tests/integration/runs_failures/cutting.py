"""A way to a server that can be cut in the moment when nobody knows whether a commit came through."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Way:
    """Passes on what client and server say to each other."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        #: Whether the next COMMIT reaches the server, and its answer nobody.
        self.cuts_next_commit = False
        self.cut = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(self._server) as server:
            cutting = threading.Event()
            threading.Thread(target=self._answers, args=(server, client, cutting), daemon=True).start()
            while data := client.recv(65536):
                if self.cuts_next_commit and b"COMMIT" in data:
                    self.cuts_next_commit = False
                    cutting.set()
                server.sendall(data)

    def _answers(self, server: socket.socket, client: socket.socket, cutting: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if cutting.is_set():
                    self.cut += 1
                    break
                client.sendall(data)
        for each in (client, server):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def way_to(server: tuple[str, int]) -> Iterator[Way]:
    """One that ends with the block."""
    way = Way(server)
    try:
        yield way
    finally:
        way.close()
