"""Files that plugins keep for an organisation, beside the contents of documents.

Their names are plugins' own and may be long, so they are in a list, and the files in the archive have numbers:

    files.jsonl        a file a line: {"name": …, "size": …, "sha256": …}
    files/1, files/2   their contents, in that order
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import default_storage

from VaultErrors.BackendErrors import errors
from VaultPlatform.storage.files import make_folder, sync_folder
from VaultPlatform.tenancy.archive.manifest import Files
from VaultPlatform.tenancy.archive.tar import CHUNK, damaged

LIST = "files.jsonl"
#: Bytes of a name, all its folders included.
_MAX_NAME = 1024
#: Bytes of one part of it: what file systems take.
_MAX_PART = 255


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """One file."""

    #: Its path below the organisation's folder, with slashes.
    name: str
    size: int
    sha256: str


def folder() -> Path:
    """Where the current organisation's files are."""
    storage: Any = default_storage
    return Path(storage.base_location)


def names_in(place: Path) -> Iterator[str]:
    """The path of each file below `place`, in order."""
    for path in sorted(place.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(place).as_posix()


def write_list(file: IO[bytes]) -> Files:
    """Write the list of the current organisation's files; what the manifest says of them."""
    place, count, size, digest = folder(), 0, 0, hashlib.sha256()
    for name in names_in(place):
        kept = KeptFile(name=name, size=(place / name).stat().st_size, sha256=_digest_of(place / name))
        line = json.dumps(asdict(kept)).encode() + b"\n"
        file.write(line)
        digest.update(line)
        count, size = count + 1, size + kept.size
    return Files(count=count, bytes=size, list_bytes=file.tell(), list_sha256=digest.hexdigest())


def read_list(lines: Iterable[bytes]) -> Iterator[KeptFile]:
    """The files of a list. Raises ValidationError for a line that is none, or whose name leads out of the folder."""
    for line in lines:
        try:
            told = json.loads(line)
            kept = KeptFile(name=str(told["name"]), size=int(told["size"]), sha256=str(told["sha256"]))
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise damaged(f"a line of '{LIST}' is none") from error
        if not stays_inside(kept.name):
            raise damaged(f"'{LIST}' names a file that cannot be: {kept.name!r}")
        yield kept


def stays_inside(name: Any) -> bool:
    """Whether `name` is a path that leads no further than into a folder."""
    if not isinstance(name, str) or len(name.encode("utf-8", "replace")) > _MAX_NAME:
        return False
    parts = name.split("/")
    if any(len(part.encode("utf-8", "replace")) > _MAX_PART for part in parts):
        return False
    return not {"", ".", ".."}.intersection(parts) and "\\" not in name and name.isprintable()


def chunks_of(kept: KeptFile) -> Iterator[bytes]:
    """The bytes of a file. Raises Unavailable if it is not as it was listed any more."""
    digest, size = hashlib.sha256(), 0
    try:
        with (folder() / kept.name).open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if size > kept.size:
                    break
                yield chunk
    except OSError as error:
        raise _changed(kept) from error
    if digest.hexdigest() != kept.sha256:
        raise _changed(kept)


def keep(kept: KeptFile, chunks: Iterable[bytes]) -> None:
    """Write a file of the current organisation. Raises ValidationError if there is one of that name."""
    path = folder() / kept.name
    try:
        make_folder(path.parent)
        with path.open("xb") as file:
            path.chmod(0o600)
            file.writelines(chunks)
        sync_folder(path.parent)
    except (FileExistsError, NotADirectoryError) as error:
        raise damaged(f"'{LIST}' names {kept.name!r} twice") from error


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _changed(kept: KeptFile) -> errors.VaultError:
    return errors.server.Unavailable(f"The file {kept.name!r} was changed while it was exported; try again.")
