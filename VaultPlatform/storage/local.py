"""Blobs as files of one file system.

    <root>/<organisation's key>/incoming/<random>            while bytes arrive
                                blobs/<2 digits>/<SHA-256>   at their address
                                lock
                                sweeping.lock                held by who sweeps (alone) and who copies (together)
           sweeping.lock                                     held by who sweeps (together) and who copies all (alone)

Bytes move from `incoming` to their address by a rename, after they were synced: a reader sees all of them or none.
Whoever places, relies on, or removes a blob does so under the lock, for microseconds. Relying on a blob that is there
moves its modification time forward, which is how a `discard` or a sweep learns that the bytes are not its to remove.
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path

from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy
from VaultPlatform.storage.files import (
    LocalReader,
    LocalWriter,
    locked,
    make_folder,
    marked,
    sync_folder,
    translated,
)
from VaultPlatform.storage.interface import Incoming, Stored

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[0-9a-f]{32}")
_SWEEP_BATCH = 500
_SWEEPING = "sweeping.lock"


class LocalBlobStorage:
    """Keeps blobs under the folder `root`, which is made when it is first needed, readable by this user only."""

    def __init__(self, *, root: str | Path) -> None:
        self._root = Path(root)

    def writer(self) -> LocalWriter:
        """A new file for bytes that are about to come. Raises Unavailable."""
        with translated("open a file for an upload"):
            return LocalWriter(folder=make_folder(self._room() / "incoming"))

    def put(self, incoming: Incoming) -> Stored:
        """Move what `writer` took to its address; if that is taken, by the same bytes, rely on those.

        Raises:
            Unavailable: the disk is full or broken, or the upload was removed meanwhile.
        """
        address, temporary = self._address(incoming.sha256), self._temporary(incoming.name)
        with translated("store an upload"):
            make_folder(address.parent)
            with self._lock():
                created = not address.exists()
                if created:
                    temporary.rename(address)
                token = address.stat().st_mtime_ns if created else _rely_on(address)
            stored = Stored(sha256=incoming.sha256, size=incoming.size, created=created, token=token)
            try:
                sync_folder(address.parent)
            except OSError:
                self.discard(stored)
                raise
            temporary.unlink(missing_ok=True)
        return stored

    def discard(self, stored: Stored) -> None:
        """Remove what that `put` created, unless another one has relied on it since. Raises Unavailable."""
        if not stored.created:
            return
        address = self._address(stored.sha256)
        with translated("remove a blob"), self._lock():
            if address.exists() and address.stat().st_mtime_ns == stored.token:
                address.unlink()

    def open(self, sha256: str, *, start: int = 0, end: int | None = None) -> LocalReader:
        """Read bytes `start` up to and without `end`. Raises Unavailable, also when the blob is missing."""
        with translated("read a blob"):
            return LocalReader(path=self._address(sha256), start=start, end=end)

    def size(self, sha256: str) -> int:
        """Bytes of a blob. Raises Unavailable, also when it is missing."""
        with translated("read a blob"):
            return self._address(sha256).stat().st_size

    def sweep(
        self, *, older_than: timedelta, referenced: Callable[[Collection[str]], Collection[str]]
    ) -> int:
        """Remove uploads that ended nowhere and blobs that nothing refers to.

        Parameters:
            older_than: how long ago they must have been written or relied upon last; longer than any run takes.
            referenced: of the digests it is given, those that are in use.

        Raises:
            Unavailable: the file system does not let it.
        """
        limit = time.time_ns() - int(older_than.total_seconds() * 1e9)
        if not self._room().exists():
            return 0
        with translated("sweep"), self._sweeping() as may:
            if not may:
                return 0
            removed = sum(self._remove_old(path, limit) for path in (self._room() / "incoming").glob("*"))
            found = (path for path in (self._room() / "blobs").glob("*/*") if _is_old(path, limit))
            while batch := {path.name: path for path in islice(found, _SWEEP_BATCH)}:
                for digest in batch.keys() - set(referenced(batch.keys())):
                    removed += self._remove_old(batch[digest], limit)
        return removed

    @contextmanager
    def sweeps_held(self) -> Iterator[None]:
        """While inside, nothing is swept or cleared: of the current organisation, or of all if there is none.

        It begins by waiting for sweeps that run. Raises Unavailable.
        """
        one = tenancy.current_or_none() is not None
        with translated("keep sweeps away"):
            mark = make_folder(self._room() if one else self._root) / _SWEEPING
        with marked(mark, exclusive=not one):
            yield

    def clear(self) -> None:
        """Remove everything of the current organisation; what a removal left that was killed, too.

        Raises:
            Conflict: it is being copied.
            Unavailable: the file system does not let it.
        """
        room = self._room()
        going = room.with_name(f".removing-{room.name}")
        with translated("remove an organisation's files"):
            if going.exists():
                shutil.rmtree(going)
            if room.exists():
                with self._sweeping() as may:
                    if not may:
                        raise errors.bad_request.Conflict(
                            "The organisation's files are being copied by a backup or an export; try again when that"
                            " has ended."
                        )
                    room.rename(going)
                shutil.rmtree(going)
                sync_folder(self._root)

    @contextmanager
    def _sweeping(self) -> Iterator[bool]:
        """The right to remove what is there; False inside if somebody copies it."""
        all_of_them, own = make_folder(self._root) / _SWEEPING, make_folder(self._room()) / _SWEEPING
        with (
            marked(all_of_them, wait=False) as nobody_copies_all,
            marked(own, exclusive=True, wait=False) as free,
        ):
            yield nobody_copies_all and free

    def _remove_old(self, path: Path, limit: int) -> bool:
        with self._lock():
            old = _is_old(path, limit)
            if old:
                path.unlink(missing_ok=True)
        return old

    def _room(self) -> Path:
        return self._root / tenancy.current().key

    def _lock(self) -> AbstractContextManager[None]:
        return locked(make_folder(self._room()) / "lock")

    def _address(self, sha256: str) -> Path:
        if not _DIGEST.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is no SHA-256 in lower-case hexadecimal digits.")
        return self._room() / "blobs" / sha256[:2] / sha256

    def _temporary(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name that writer() gave.")
        return self._room() / "incoming" / name


def _is_old(path: Path, limit: int) -> bool:
    try:
        return path.stat().st_mtime_ns <= limit
    except FileNotFoundError:  # taken back since it was listed
        return False


def _rely_on(address: Path) -> int:
    """Move the modification time forward, by a nanosecond at least: clocks tick more coarsely than uploads come."""
    token = max(time.time_ns(), address.stat().st_mtime_ns + 1)
    os.utime(address, ns=(token, token))
    return address.stat().st_mtime_ns
