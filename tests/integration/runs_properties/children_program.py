"""Forks a process for each thing that a test wants done in one, which may be stopped or killed at a moment of it.

`python -m tests.integration.runs_properties.children_program SOCKET` serves. Whoever connects has a child of their own:
it takes one line of JSON, tells in lines how far it is, and ends, which closes the connection.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import django

django.setup()

from Orchestrators.Faults import install_faults  # noqa: E402
from Orchestrators.Journal import ToFunction, install_delivery  # noqa: E402
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry  # noqa: E402
from tests.integration.runs_properties import steps  # noqa: E402
from VaultPlatform import tenancy  # noqa: E402
from VaultPlatform.runs import handling, owners, recovery, sweep  # noqa: E402
from VaultPlatform.runs.planes import current_plane  # noqa: E402


class Child:
    """What one child does, as the line of JSON says."""

    def __init__(self, told: dict[str, Any], say: Callable[..., None], ask: Callable[[], str]) -> None:
        """`say` tells whoever has asked; `ask` waits for a line of theirs."""
        self.told, self.say, self.ask = told, say, ask
        self.passed = 0

    def at(self, moment: str) -> None:
        """Come by a moment, and stay there if that is the one."""
        self.passed += 1
        if self.passed != self.told["moment"]:
            return
        from django.db import connection

        self.say(moment=moment, in_transaction=connection.in_atomic_block)
        if self.told["there"] == "ask":
            self.ask()
        else:
            os.kill(os.getpid(), signal.Signals[self.told["there"]])

    def act(self) -> str:
        """Do it; returns how it ended."""
        what = getattr(self, self.told["do"])
        try:
            return str(what())
        except Exception as error:  # noqa: BLE001  # whoever asks judges
            return type(error).__name__

    def execute(self) -> str:
        """A run, from its staging to its end."""
        run = self._staged()
        run.execute()
        return str(run.state.value)

    def enqueue(self) -> str:
        """A run, which waits then."""
        return str(self._staged().enqueue())

    def take_up(self) -> str:
        """A run that waits, as a worker does."""
        return recovery.take_up(current_plane(), UUID(self.told["run"]))

    def retry(self) -> str:
        """A run that waits for a person."""
        return str(handling.retry(current_plane(), UUID(self.told["run"])).state)

    def sweep(self) -> str:
        """Once."""
        return str(sweep.sweep_once())

    def sweep_on(self) -> str:
        """As a worker does, until told to stop."""
        sweeper = sweep.Sweeper()
        sweeper.start()
        self.say(sweeping=True)
        self.ask()
        sweeper.stop()
        return "stopped"

    def _staged(self) -> Any:
        run = OrchestratorRegistry.get("main")
        run.resumable = self.told["resumable"]
        steps.stage(run, self.told["plan"])
        self.say(run=str(run.id))
        return run

    def live(self) -> None:
        """The whole of it; whoever asks may have more done by a process that is still there."""
        self._be_elsewhere()
        install_delivery(ToFunction(steps.tell))
        organisation = tenancy.find_organisation(self.told["org"])
        install_faults(self.at)
        while True:
            with tenancy.use(organisation):
                ended = self.act()
            if not self.told["stays"]:
                owners.resign()
                self.say(ended=ended)
                return
            self.say(ended=ended)
            self.told |= json.loads(self.ask())
            self.passed = 0

    def _be_elsewhere(self) -> None:
        """On a machine of another name, and with times of its own, if it is told so."""
        if self.told["host"]:
            owners.this_host = lambda: self.told["host"]  # type: ignore[assignment]
        if self.told["lease"]:
            owners.LEASE = self.told["lease"]
            owners.RENEWAL = self.told["renewal"]
            sweep.ASK = self.told["lease"]


def _be_a_child(connection: socket.socket) -> None:
    with connection.makefile("rw") as lines:

        def say(**what: Any) -> None:
            lines.write(json.dumps(what) + "\n")
            lines.flush()

        told = json.loads(lines.readline())
        os.environ |= told["environment"]
        say(pid=os.getpid())
        Child(told, say, lines.readline).live()


def main(path: str) -> None:
    """Serve until killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        Path(path + ".ready").touch()
        while True:
            connection, _ = server.accept()
            if os.fork() == 0:
                try:
                    server.close()
                    _be_a_child(connection)
                finally:
                    os._exit(0)
            connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
