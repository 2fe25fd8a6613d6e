"""Files and folders of the local storage: private modes, durable steps, errors that a client may read."""

import fcntl
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from VaultErrors.BackendErrors import errors
from VaultPlatform.storage.interface import Incoming

log = structlog.get_logger(__name__)

_CHUNK = 256 * 1024
_FILE_MODE = 0o600
_FOLDER_MODE = 0o700


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """An OSError inside becomes Unavailable for the client; the log has what happened and where."""
    try:
        yield
    except OSError as error:
        log.error("storage_failed", doing=doing, error=str(error), exc_info=error)
        reason = (
            "cannot find what it should hold" if isinstance(error, FileNotFoundError) else "does not work"
        )
        raise errors.server.Unavailable(
            f"The storage {reason} at the moment; nothing was changed."
        ) from error


def make_folder(path: Path) -> Path:
    """`path`, made with its parents where missing, each durably and for this user only."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        sync_folder(path.parent)
    return path


def sync_folder(path: Path) -> None:
    """The folder's entries survive a power loss from here on."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path` against other threads and processes."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # a child forked meanwhile holds the descriptor too
        os.close(descriptor)


@contextmanager
def marked(path: Path, *, exclusive: bool = False, wait: bool = True) -> Iterator[bool]:
    """Hold the mark file `path`, alone or together with others; False inside if it is taken, and it may not `wait`."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
    how = (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | (0 if wait else fcntl.LOCK_NB)
    try:
        yield _flock(descriptor, how)
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # a child forked meanwhile holds the descriptor too
        os.close(descriptor)


def _flock(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        return False
    return True


class LocalWriter:
    """Writes a new file in `folder`, hashing on the way. Whoever opened it closes it, whatever happened."""

    def __init__(self, *, folder: Path) -> None:
        self._path = folder / uuid.uuid4().hex
        self._file = open(self._path, "xb", opener=_private)  # noqa: SIM115  # closed by close()
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> None:
        """Append `data`. Raises Unavailable."""
        with translated("write an upload"):
            self._file.write(data)
        self._digest.update(data)
        self._size += len(data)

    def finish(self) -> Incoming:
        """Sync the file to the disk and say what it holds. Raises Unavailable."""
        with translated("write an upload"):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        return Incoming(name=self._path.name, sha256=self._digest.hexdigest(), size=self._size)

    def close(self) -> None:
        """Remove the file, unless it was put at its address."""
        try:
            self._file.close()
        except OSError:  # the disk is full: what could not be written is not wanted any more
            log.warning("upload_not_flushed", exc_info=True)
        with translated("remove an upload"):
            self._path.unlink(missing_ok=True)


class LocalReader:
    """Bytes `start` up to and without `end` of the file `path`, in chunks."""

    def __init__(self, *, path: Path, start: int = 0, end: int | None = None) -> None:
        self._file = path.open("rb")
        self.size = os.fstat(self._file.fileno()).st_size
        self._file.seek(start)
        self._left = max(0, (self.size if end is None else min(end, self.size)) - start)

    def __iter__(self) -> Iterator[bytes]:
        with self._file:
            while self._left and (chunk := self._file.read(min(_CHUNK, self._left))):
                self._left -= len(chunk)
                yield chunk

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, _FILE_MODE)
