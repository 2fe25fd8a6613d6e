"""One activation at a time: on this machine by a lock that goes with its process, among hosts by one in `control`."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from VaultPlatform.activation.errors import Refused

FOLDER = "activation"
_LOCK_NAME = "lock"
#: Name of the advisory lock: the ASCII codes of "vaultplg", so that a person finds it in pg_locks.
_LOCK = int.from_bytes(b"vaultplg")
BUSY = "Another process is switching plugins on or off just now{who}. Wait until it has ended, and ask again."


def folder_of(home: Path) -> Path:
    """Where activations are written down; made if need be."""
    folder = home / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def held_on_this_machine(home: Path) -> Iterator[None]:
    """Hold the lock of the folder `home`. Raises Refused, naming the process, while another one does."""
    file = os.open(folder_of(home) / _LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(file, 32).decode(errors="replace").strip()
            raise Refused(BUSY.format(who=f" (process {holder})" if holder else "")) from error
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(file)


@contextlib.contextmanager
def held_among_hosts() -> Iterator[None]:
    """Hold the lock of the site's PostgreSQL database in a transaction of its own; nothing on SQLite.

    A lock of the session would be granted twice through a pooling proxy. Raises Refused while another host has it.
    """
    from django.db import connections

    control = connections["control"]
    if control.vendor != "postgresql":
        yield
        return
    apart = control.copy()
    try:
        apart.set_autocommit(False)
        with apart.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                raise Refused(BUSY.format(who=" on another host"))
        yield
    finally:
        apart.close()
