"""What reaches the databases, whoever sends it: on PostgreSQL each message to the server, on SQLite each statement."""

import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connections
from django.db.backends.signals import connection_created

#: Begins the line of a message to the server in libpq's trace; a statement may have several lines.
_SENT = re.compile(r"^\S+ \S+\t(?=[FB]\t)", re.MULTILINE)
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|SELECT \* FROM run_queued|SELECT (run|audit)_\w+\()")
#: How a transaction ends; RELEASE and ROLLBACK TO are of savepoints.
_ENDS = re.compile(r"\b(COMMIT|ROLLBACK(?! TO))\b")
#: What does more than to open, close and name transactions.
_OTHER = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE)\b")
#: What need not be on disk when it is answered.
_HASTY = "synchronous_commit TO off"


class Message(NamedTuple):
    """One, or on SQLite one statement."""

    #: of Django's connection
    alias: str
    #: tells raw connections of one alias apart
    connection: int
    text: str


@dataclass
class Traffic:
    """Of one block."""

    folder: Path
    _logs: list[tuple[str, Callable[[], list[str]]]] = field(default_factory=list)

    def messages(self) -> list[Message]:
        """All so far, those of one connection in their order."""
        return [
            Message(alias, number, text) for number, (alias, log) in enumerate(self._logs) for text in log()
        ]

    def counted(self) -> Counter[str]:
        """How many there are for each alias, those left out that only open and close transactions."""
        return Counter(each.alias for each in self.messages() if _OTHER.search(each.text))

    def commits(self) -> Counter[str]:
        """How many transactions have written and were committed, for each alias; hasty ones left out."""
        found: Counter[str] = Counter()
        wrote: dict[int, bool] = {}
        for alias, number, text in self.messages():
            begins, writes, ends = "BEGIN" in text, bool(_WRITES.search(text)), _ENDS.search(text)
            inside = begins or number in wrote
            if inside:
                wrote[number] = wrote.get(number, False) or writes
            if not inside or ends:
                done = wrote.pop(number, writes)
                found[alias] += done and _HASTY not in text and not (ends and "ROLLBACK" in ends[0])
        return found

    def watch(self, connection: Any) -> None:
        """Take down what is sent on a connection from now on."""
        if connection.vendor == "sqlite":
            self._watch_sqlite(connection.alias, connection.connection)
        else:
            self._watch_libpq(connection.alias, connection.connection.pgconn)

    def _watch_sqlite(self, alias: str, raw: Any) -> None:
        log: list[str] = []
        raw.set_trace_callback(log.append)
        # What a trigger does is told as the statement that has set it off, once more.
        self._logs.append((alias, lambda: [text for text, _ in groupby(log)]))

    def _watch_libpq(self, alias: str, pgconn: Any) -> None:
        path = self.folder / str(len(self._logs))
        with path.open("w") as file:
            pgconn.trace(os.dup(file.fileno()))  # which it closes with the connection

        def log() -> list[str]:
            sent = _SENT.split(path.read_text(encoding="utf-8", errors="replace"))
            fields = [line.split("\t", 3) for line in sent if line.startswith("F\t")]
            return [each[3].strip() for each in fields if each[2] in {"Query", "Execute"}]

        self._logs.append((alias, log))


@contextmanager
def traffic(folder: Path) -> Iterator[Traffic]:
    """Of all threads but the lease's, on connections that are opened in the block; those of this thread are.

    `folder`: an empty one, for what libpq writes down.
    """
    found = Traffic(folder)

    def opened(connection: Any, **_: Any) -> None:
        if threading.current_thread().name != "vault-lease":
            found.watch(connection)

    connections.close_all()
    connection_created.connect(opened, weak=False)
    try:
        yield found
    finally:
        connection_created.disconnect(opened)
        connections.close_all()
