"""Processes of `children_program`, as a test sees them."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.integration.runs.outside import Ledger
from tests.integration.runs.steps import SOCKET
from tests.integration.runs_properties.steps import BROKEN

#: Seconds for which anything is waited for.
PATIENCE = 30.0


class Child:
    """One process; it is killed at the end of a `with` block if it is still there."""

    def __init__(self, path: str, told: dict[str, Any]) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(path)
        self._lines = self._socket.makefile("rw")
        self.send(**told)
        self.pid: int = self.heard("pid")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError):
            self.kill(signal.SIGKILL)
        wait_until(lambda: not self.is_there())
        self._lines.close()
        self._socket.close()

    def send(self, **what: Any) -> None:
        """Tell it something."""
        self._lines.write(json.dumps(what) + "\n")
        self._lines.flush()

    def hear(self) -> dict[str, Any] | None:
        """The next that it tells; None once it has ended."""
        line = self._lines.readline()
        return json.loads(line) if line.endswith("\n") else None

    def heard(self, name: str) -> Any:
        """What it tells next, which has to be called so."""
        said = self.hear()
        assert said is not None and name in said, said
        return said[name]

    def rest(self) -> dict[str, Any]:
        """All that it tells until its end; what it held is free then."""
        told: dict[str, Any] = {}
        while (said := self.hear()) is not None:
            told |= said
        wait_until(lambda: not self.is_there())
        return told

    def kill(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def is_there(self) -> bool:
        """Whether the process lives, be it stopped."""
        return self.state() not in {"", "Z", "X"}

    def state(self) -> str:
        """As the system says: "T" is stopped, "" gone."""
        try:
            text = Path(f"/proc/{self.pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return ""
        return text.rpartition(")")[2].split()[0]

    def wait_until_stopped(self) -> None:
        """Raises AssertionError if it takes too long."""
        wait_until(lambda: self.state() == "T")


class Children:
    """Makes them, all for one organisation and one ledger."""

    def __init__(self, path: str, *, org: Any, ledger: Ledger, broken: Path) -> None:
        """`broken`: while there is such a file, rollbacks fail that can."""
        self.path, self.org, self.ledger, self.broken = path, org, ledger, broken

    def start(
        self, do: str, plan: str = "", *, moment: int = 0, there: str = "SIGKILL", **more: Any
    ) -> Child:
        """One that does `do`, a method of `children_program.Child`.

        Parameters: `plan`, see `steps.stage`, with "+" in front for a resumable run; `moment`, by its number, 0 for
        none, and `there`: what befalls it then, a signal or "ask"; `more`: run, host, lease, renewal, stays.
        """
        told = {
            "do": do,
            "plan": plan.removeprefix("+"),
            "resumable": plan.startswith("+"),
            "moment": moment,
            "there": there,
            "org": self.org.slug,
            "environment": {SOCKET: self.ledger.path, BROKEN: str(self.broken)},
            "run": "",
            "host": "",
            "lease": 0,
            "renewal": 10.0,
            "stays": False,
        }
        return Child(self.path, told | more)

    def have(self, do: str, plan: str = "", **options: Any) -> dict[str, Any]:
        """Have it done; all that was told, which lacks "ended" if the process died over it."""
        with self.start(do, plan, **options) as child:
            return child.rest()


def wait_until(is_so: Callable[[], object], *, seconds: float = PATIENCE) -> float:
    """Wait, and return for how long. Raises AssertionError if it takes too long."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, "it takes too long"
        time.sleep(0.01)
    return time.monotonic() - began
