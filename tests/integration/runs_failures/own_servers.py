"""Servers that a test may break: stopped at once, and started again with what they keep, as often as it likes."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.services import START_SECONDS, CannotUse, Kind, Recipe, unprivileged
from VaultPlatform.serving import keeper

SECONDS = 60.0


class OwnServer:
    """A server of one kind; what it keeps stays in its folder while it is stopped."""

    def __init__(self, kind: Kind, folder: Path, *, instead: Mapping[str, str]) -> None:
        """`instead`: arguments of its command that are to be others."""
        self._kind, self._folder = kind, folder
        self._recipe: Recipe = kind.recipe(folder)
        self._command = tuple(instead.get(argument, argument) for argument in self._recipe.command)
        self._prefix = unprivileged(self._recipe.users, folder)
        self._keeper: subprocess.Popen[bytes] | None = None
        for command in self._recipe.before:
            subprocess.run(
                (*self._prefix, *command), cwd=folder, env=self._environment, check=True, capture_output=True
            )

    @property
    def url(self) -> str:
        return self._recipe.url

    @property
    def user_id(self) -> int:
        """Of the user that it runs as."""
        return self._folder.stat().st_uid

    def start(self) -> None:
        """Start it, and wait until it can be used."""
        with (self._folder / "log").open("ab") as log:
            self._keeper = subprocess.Popen(
                keeper.command_line((*self._prefix, *self._command), grace_seconds=1),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                env=self._environment,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_usable():
            assert time.monotonic() < deadline and self._keeper.poll() is None, self.log()
            time.sleep(0.05)

    def stop_at_once(self) -> None:
        """End it without its cooperation: connections are cut in the middle of what they are doing."""
        if self._keeper is None:
            return
        end = signal.SIGQUIT if self._kind.name == "PostgreSQL" else signal.SIGKILL
        for pid in _children_of(self._keeper.pid):
            with suppress(ProcessLookupError):  # some live for a moment only
                os.kill(pid, end)
        self._keeper.communicate(timeout=SECONDS)
        self._keeper = None

    def freeze(self) -> None:
        """Let it accept connections, and never answer again."""
        assert self._keeper is not None
        for pid in _children_of(self._keeper.pid):
            os.kill(pid, signal.SIGSTOP)

    def log(self) -> str:
        return (self._folder / "log").read_text(errors="replace")[-3000:]

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self._folder), "LC_ALL": "C", **self._recipe.environment}

    def _is_usable(self) -> bool:
        try:
            self._kind.check(self.url)
        except CannotUse:
            return False
        return True


@contextmanager
def own_server(kind: Kind, **instead: str) -> Iterator[OwnServer]:
    """A running server that ends with the block; the test is left out where it is not installed."""
    folder = Path(tempfile.mkdtemp(prefix=f"vault-own-{kind.name.lower()}-"))
    try:
        try:
            server = OwnServer(kind, folder, instead=instead)
        except CannotUse as error:
            pytest.skip(str(error))
        try:
            server.start()
            yield server
        finally:
            server.stop_at_once()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
