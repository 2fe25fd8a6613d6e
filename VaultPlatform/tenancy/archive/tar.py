"""The container: tar files of plain members, written as a stream and read with distrust.

The reader takes headers of plain files and nothing else. Links, devices, folders, and the extension headers by which
tar files name all else are refused unread, so no header makes it read more than one block.
"""

import tarfile
from collections.abc import Iterator
from typing import Protocol

from VaultErrors.BackendErrors import errors

CHUNK = 256 * 1024
#: Bytes of a name that a header holds without an extension.
MAX_NAME = 100
#: Zeros after the end of the archive; tar programs fill up to their record size.
_MAX_PADDING = 1024 * 1024
_BLOCK = tarfile.BLOCKSIZE


class Source(Protocol):
    """What an archive is read from."""

    def read(self, size: int, /) -> bytes: ...


class Unfit(errors.bad_request.ValidationError):
    """An archive that cannot be used; `what` is why."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The archive cannot be used: {what}. Nothing of it was kept.")
        self.what = what


def unfit(what: str) -> Unfit:
    """The answer to an archive that is sound, and not for this site."""
    return Unfit(what)


def damaged(what: str) -> Unfit:
    """The answer to an archive that is not what it should be."""
    return Unfit(f"{what}. Take a new copy, or make another one")


def header(name: str, size: int) -> bytes:
    """The block that opens a member of `size` bytes. Raises ValueError for a name that does not fit into one."""
    if len(name.encode()) > MAX_NAME:
        raise ValueError(f"'{name}' is longer than the {MAX_NAME} bytes that a header holds.")
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)


def padding(size: int) -> bytes:
    """What fills the last block of a member of `size` bytes."""
    return b"\0" * (-size % _BLOCK)


#: What closes an archive.
END = b"\0" * (2 * _BLOCK)


class Member:
    """One file of an archive that is being read: iterated once, in chunks."""

    def __init__(self, source: Source, *, name: str, size: int) -> None:
        self._source = source
        self.name, self.size = name, size
        self._left = size

    def __iter__(self) -> Iterator[bytes]:
        while self._left:
            chunk = self._source.read(min(CHUNK, self._left))
            if not chunk:
                raise damaged(f"it ends within '{self.name}'")
            self._left -= len(chunk)
            yield chunk
        self._skip_padding()

    def _skip_padding(self) -> None:
        exactly(self._source, -self.size % _BLOCK, within=self.name)


def exactly(source: Source, size: int, *, within: str) -> bytes:
    """The next `size` bytes. Raises ValidationError if there are fewer."""
    data = b""
    while len(data) < size:
        more = source.read(size - len(data))
        if not more:
            raise damaged(f"it ends within '{within}'")
        data += more
    return data


def members(source: Source) -> Iterator[Member]:
    """The files of an archive, each to be read before the next is asked for.

    Raises ValidationError for what is not a plain tar file, or holds anything but plain files.
    """
    while (block := exactly(source, _BLOCK, within="a header")) != b"\0" * _BLOCK:
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, ValueError) as error:
            raise damaged("it is no tar file, or a header in it is damaged") from error
        if not info.isreg() or info.issparse() or info.size < 0:
            raise damaged(f"'{info.name}' in it is not a plain file")
        yield Member(source, name=info.name, size=info.size)
    _check_end(source)


def _check_end(source: Source) -> None:
    """Read what follows, so that a compressed archive's own checksum is looked at."""
    seen = 0
    while chunk := source.read(CHUNK):
        seen += len(chunk)
        if chunk.strip(b"\0") or seen > _MAX_PADDING:
            raise damaged("there is more behind its end")
