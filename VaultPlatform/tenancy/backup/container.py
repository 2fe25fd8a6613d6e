"""The backup's file: members of which nobody knows the size before they are written, and a second look at each."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from VaultErrors.BackendErrors import errors
from VaultPlatform.tenancy.archive.tar import END, Member, Unfit, header, members, padding
from VaultPlatform.tenancy.backup.manifest import MAX_BYTES, NAME, Manifest, read_manifest
from VaultPlatform.tenancy.backup.manifest import Member as Entry
from VaultPlatform.tenancy.backup.problems import damaged, unfit


class Container:
    """A backup that is being written into a file that can be sought in."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        #: What the manifest tells of each member but blobs.
        self.members: dict[str, Entry] = {}

    def add(self, name: str, chunks: Iterable[bytes]) -> Entry:
        """Write a member; its header follows when its size is known."""
        start, digest, size = self._file.tell(), hashlib.sha256(), 0
        self._file.write(header(name, 0))
        for chunk in chunks:
            self._file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        self._file.write(padding(size))
        end = self._file.tell()
        self._file.seek(start)
        self._file.write(header(name, size))
        self._file.seek(end)
        return Entry(bytes=size, sha256=digest.hexdigest())

    def add_listed(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write a member that the manifest lists."""
        self.members[name] = self.add(name, chunks)

    def add_blob(self, name: str, chunks: Iterable[bytes]) -> bool:
        """Write a content; False, and nothing of it is left, if it is not what the end of its name says."""
        start = self._file.tell()
        try:
            fits = self.add(name, chunks).sha256 == name.rpartition("/")[2]
        except (errors.VaultError, OSError):
            fits = False
        if not fits:
            self._file.seek(start)
            self._file.truncate()
        return fits

    def close(self, manifest: Manifest) -> None:
        """Write the manifest, and the end."""
        self.add(NAME, [manifest.model_dump_json(indent=2).encode()])
        self._file.write(END)


def verified(path: Path) -> Manifest:
    """The manifest of the backup in the file `path`, once every byte of it has been checked.

    Raises ValidationError for a backup that is not complete, or damaged anywhere.
    """
    try:
        return _verified(path)
    except Unfit as error:
        raise unfit(error.what) from error


def _verified(path: Path) -> Manifest:
    found: dict[str, Entry] = {}
    blobs: dict[str, int] = {}
    manifest, before = None, ""
    with path.open("rb") as file:
        for member in members(file):
            if manifest is not None:
                raise damaged(f"there is more behind its {NAME}")
            if member.name == NAME:
                manifest = _read(member)
            elif member.name.startswith("blobs/"):
                number = _checked_blob(member, before)
                blobs[number], before = blobs.get(number, 0) + 1, member.name
            elif member.name in found:
                raise damaged(f"'{member.name}' is in it twice")
            else:
                found[member.name] = _entry(member)
    if manifest is None:
        raise damaged(f"it has no {NAME}, so it is not complete")
    expected = {str(n): each.blobs for n, each in enumerate(manifest.organisations, start=1) if each.blobs}
    if found != manifest.members or blobs != expected:
        raise damaged("its files are not those that it says it has, or their checksums do not fit")
    return manifest


def _read(member: Member) -> Manifest:
    if member.size > MAX_BYTES:
        raise damaged(f"its {NAME} is larger than {MAX_BYTES} bytes")
    return read_manifest(b"".join(member))


def _checked_blob(member: Member, before: str) -> str:
    """The number of the organisation that the content is of."""
    _, number, digest = (*member.name.split("/"), "", "")[:3]
    if member.name.rpartition("/")[0] == before.rpartition("/")[0] and member.name <= before:
        raise damaged(f"'{member.name}' is in it twice")
    if _entry(member).sha256 != digest:
        raise damaged(f"the checksum of '{member.name}' does not fit")
    return number


def _entry(member: Member) -> Entry:
    digest = hashlib.sha256()
    for chunk in member:
        digest.update(chunk)
    return Entry(bytes=member.size, sha256=digest.hexdigest())


def contents(path: Path) -> Iterator[Member]:
    """The members of a backup that has been verified, but for the manifest, which is the last."""
    with path.open("rb") as file:
        for member in members(file):
            if member.name == NAME:
                return
            yield member
