"""What a blob storage is, for whoever uses one and whoever writes one."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """Bytes that arrived completely and have no address yet. Plain values, so that a run's step can carry them."""

    #: What the storage calls them until they have an address.
    name: str
    #: Lower-case hexadecimal digest.
    sha256: str
    #: Bytes.
    size: int


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What one `put` did; `discard` takes it back. Plain values, as `Incoming`."""

    sha256: str
    size: int
    #: False when the bytes were there already.
    created: bool
    #: Tells whether somebody has relied on the bytes since.
    token: int


class BlobWriter(Protocol):
    """Takes bytes as they come, hashing them on the way."""

    def write(self, data: bytes) -> None:
        """Append `data`. Raises Unavailable if the storage cannot take it."""

    def finish(self) -> Incoming:
        """All bytes are there and on the disk. Raises Unavailable."""

    def close(self) -> None:
        """Remove what was written, unless `put` has given it its address. May be called at any time, and again."""


class BlobReader(Protocol):
    """Iterates over the bytes in chunks; closes what it holds."""

    #: Bytes of the whole blob, not only of the part that is read.
    size: int

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


class BlobStorage(Protocol):
    """Keeps blobs of the current organisation. Every method raises Unavailable when the storage does not work."""

    def writer(self) -> BlobWriter:
        """A place for bytes that are about to come."""

    def put(self, incoming: Incoming) -> Stored:
        """Give bytes their address, durably. Bytes that are there already are kept, and marked as relied upon."""

    def discard(self, stored: Stored) -> None:
        """Take a `put` back, as far as nobody else relies on the bytes. Doing it twice is as good as once."""

    def open(self, sha256: str, *, start: int = 0, end: int | None = None) -> BlobReader:
        """Read the bytes from `start` up to and without `end`."""

    def size(self, sha256: str) -> int:
        """Bytes of a blob."""

    def sweep(
        self, *, older_than: timedelta, referenced: Callable[[Collection[str]], Collection[str]]
    ) -> int:
        """Remove what was abandoned at least `older_than` ago; how much it was.

        `referenced` gets digests and returns those of them that are still in use. Nothing is removed, and 0 returned,
        while somebody holds `sweeps_held`.
        """

    def sweeps_held(self) -> AbstractContextManager[None]:
        """While inside, nothing is swept or cleared: of the current organisation, or of all if there is none.

        Whoever copies what rows name holds it from before the rows are read until the last blob is.
        """

    def clear(self) -> None:
        """Remove everything of the current organisation. Raises Conflict while somebody holds `sweeps_held`."""
