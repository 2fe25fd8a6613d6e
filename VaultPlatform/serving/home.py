"""Checks before anything starts: the folder of all state is ours alone, and the port is free.

Each refusal is a `CannotStart` whose message says what to do instead.
"""

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

LOCK_NAME = "serve.lock"


class CannotStart(Exception):
    """The site cannot be started here and now. The message is for the person at the terminal."""


@contextlib.contextmanager
def only_one_in(home: Path) -> Iterator[None]:
    """Make the folder `home` if need be and hold it for this process alone.

    The lock is the kernel's, so that it goes with the process, whatever ends it.
    Raises CannotStart when the folder cannot be made, or another process serves it.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = os.open(home / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotStart(
            f"The folder {home} cannot be used for NimbusVault's data: {error.strerror}. "
            "Name another one in the environment variable VAULT_HOME."
        ) from error
    try:
        _lock(file, home)
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(file)


def _lock(file: int, home: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(file, 32).decode(errors="replace").strip() or "unknown"
        raise CannotStart(
            f"NimbusVault already runs on the data in {home} (process {holder}). Stop that one first, or start "
            "this one on a folder and a port of its own: VAULT_HOME=/another/folder VAULT_PORT=8001 make run"
        ) from error


def require_free_port(address: str, port: int) -> None:
    """Raise CannotStart when the web server could not listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {address} cannot be used: {error.strerror}. "
                f"Choose another one: VAULT_PORT={port + 1} make run"
            ) from error
