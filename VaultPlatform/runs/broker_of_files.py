"""The embedded broker: kombu's transport over files, which reads its folder once for many messages.

Kombu's lists the whole folder for each queue and message, so that a backlog makes every single message slow. It also
moves a message by way of a folder that may be on another disk.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections import defaultdict, deque
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import loads


class Channel(filesystem.Channel):
    """Remembers what it has seen in the folder."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]  # kombu has no types
        self._seen: dict[str, deque[str]] = {}
        self._next_look = 0.0

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Take the oldest message of a queue. Raises Empty."""
        if not self._seen.get(queue) and time.monotonic() >= self._next_look:
            self._look()
        names = self._seen.get(queue, deque())
        while names:
            text = _taken(Path(self.data_folder_in, names.popleft()))
            if text:
                return loads(text.decode())
        raise Empty

    def _look(self) -> None:
        seen = defaultdict[str, deque[str]](deque)
        for name in sorted(os.listdir(self.data_folder_in)):  # noqa: PTH208  # faster
            seen[name.partition(".")[2].removesuffix(".msg")].append(name)
        self._seen = seen
        self._next_look = time.monotonic() + self.transport_options["polling_interval"]


class Transport(filesystem.Transport):
    """Kombu's, with such channels."""

    Channel = Channel


def _taken(path: Path) -> bytes:
    """The content of a message's file, which is gone then; nothing if another has it, or it is being written."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            text = file.read()
            if text:
                path.unlink()
    except OSError:
        return b""
    return text
