"""Something outside of the database: a ledger in a process of its own, which remembers what was asked of it by key.

`python -m tests.integration.runs.outside SOCKET [keyless]` serves it. A ledger that ignores keys does everything again
that it is asked again.
"""

import json
import socket
import socketserver
import sys
from pathlib import Path
from typing import Any


class Ledger:
    """What a client sees of it."""

    def __init__(self, path: str) -> None:
        self.path = path

    def apply(self, key: str) -> None:
        """Have the effect of that key; refused once it has been cancelled."""
        self._ask("apply", key)

    def cancel(self, key: str) -> None:
        """Take the effect of that key back, whether or not there was one."""
        self._ask("cancel", key)

    def effects(self) -> dict[str, int]:
        """How often the effect of each key stands."""
        return dict(self._ask("effects"))

    def presented(self) -> dict[str, int]:
        """How often each key was presented."""
        return dict(self._ask("presented"))

    def _ask(self, verb: str, key: str = "") -> Any:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.path)
            with connection.makefile("rw") as lines:
                lines.write(json.dumps([verb, key]) + "\n")
                lines.flush()
                return json.loads(lines.readline())


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        verb, key = json.loads(self.rfile.readline())
        answer = self.server.books.asked(verb, key)  # type: ignore[attr-defined]
        self.wfile.write(json.dumps(answer).encode() + b"\n")


class _Books:
    def __init__(self, *, keyless: bool) -> None:
        self.keyless = keyless
        self.effects: dict[str, int] = {}
        self.presented: dict[str, int] = {}
        self.cancelled: set[str] = set()

    def asked(self, verb: str, key: str) -> Any:
        if verb == "apply":
            self.presented[key] = self.presented.get(key, 0) + 1
            if self.keyless:
                self.effects[key] = self.effects.get(key, 0) + 1
            elif key not in self.cancelled:
                self.effects[key] = 1
        elif verb == "cancel":
            self.cancelled.add(key)
            self.effects[key] = 0
        return {"effects": self.effects, "presented": self.presented}.get(verb)


def main(path: str, *mode: str) -> None:
    """Serve until killed."""
    with socketserver.ThreadingUnixStreamServer(path, _Handler) as server:
        server.books = _Books(keyless="keyless" in mode)  # type: ignore[attr-defined]
        Path(path + ".ready").touch()
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
