"""Clients that keep asking, each on a connection that it keeps, and note every answer that they did not get."""

import collections
import http.client
import threading
import time
from types import TracebackType
from typing import Self

PATH = "/vault/health/live"
_CLOSED = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


class Load:
    """In the block, `clients` ask `rate` times a second in all.

    A request on a connection that was idle, and is found closed, is sent once more on a new one, as clients have to do;
    anything else that goes wrong is a failure.
    """

    def __init__(self, port: int, *, clients: int = 10, rate: float = 50.0) -> None:
        self.answers: collections.Counter[int] = collections.Counter()
        self.again = 0
        self.failures: list[str] = []
        self._port, self._pause = port, clients / rate
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask_on) for _ in range(clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask_on(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        idle = False
        while not self._stop.is_set():
            try:
                idle = self._ask(connection, idle=idle)
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(f"{time.time():.3f} {error!r}")
                connection.close()
                idle = False
            time.sleep(self._pause)
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection, *, idle: bool) -> bool:
        """Whether the connection is kept."""
        try:
            connection.request("GET", PATH)
            response = connection.getresponse()
        except _CLOSED:
            if not idle:
                raise
            self.again += 1
            connection.close()
            connection.request("GET", PATH)
            response = connection.getresponse()
        response.read()
        self.answers[response.status] += 1
        return not response.will_close
