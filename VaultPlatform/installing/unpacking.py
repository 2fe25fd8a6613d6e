"""From a folder, an archive or a wheel to a plugin's folder; whatever is not a plain file or folder is refused.

Sizes are counted as they are read, since an archive may say anything of itself: what is left out, and what describes
the files, counts as well.
"""

import bz2
import gzip
import lzma
import shutil
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

from VaultPlatform.activation.errors import BadPackage

#: Files and folders.
MAX_FILES = 5000
MAX_BYTES = 100 * 1024 * 1024
#: Of a zip file's list of files, which is read as a whole.
_MAX_LIST = 4 * 1024 * 1024
_CHUNK = 256 * 1024
#: Names of files and folders that are no part of a plugin: caches, and what belongs to a working copy.
_LEFT_OUT = frozenset(
    {
        "__pycache__",
        ".git",
        ".hypothesis",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".venv",
        "node_modules",
    }
)
_LAST_ASCII_CONTROL = 0x1F
#: By how a compressed tar file begins.
_COMPRESSED: dict[bytes, Callable[[Path], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
_Opened = IO[bytes]


def unpack(source: Path, into: Path) -> None:
    """Put the files of `source` below the empty folder `into`.

    Raises BadPackage for what is neither a folder, a zip file, a wheel nor a tar file, for names that lead elsewhere or
    are two of one in some file systems, for links and devices, and for more than MAX_FILES or MAX_BYTES.
    """
    names = _Names(into)
    try:
        for name, opened in _members(source, _Budget()):
            path = names.place(name)
            if path is None:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            with opened as read, path.open("xb") as written:
                shutil.copyfileobj(read, written, _CHUNK)
    except _DAMAGED as error:
        raise BadPackage(
            f"{source.name} cannot be unpacked: it is damaged, or of another kind ({error})."
        ) from error
    except OSError as error:
        raise BadPackage(f"{source.name} cannot be read or unpacked: {error.strerror or error}.") from error


class _Budget:
    """What is left of the limits."""

    def __init__(self) -> None:
        self._files, self._bytes = 0, 0

    def one_more(self) -> None:
        """A file or a folder."""
        self._files += 1
        if self._files > MAX_FILES:
            raise BadPackage(f"It holds more than {MAX_FILES} files, which is more than a plugin may.")

    def more_bytes(self, count: int) -> None:
        """Of whatever is read."""
        self._bytes += count
        if self._bytes > MAX_BYTES:
            raise BadPackage(
                f"It holds more than {MAX_BYTES // 1024 // 1024} MiB, which is more than a plugin may."
            )


class _Counted:
    """A file that is read in order, within a budget."""

    def __init__(self, file: _Opened, budget: _Budget) -> None:
        self._file, self._budget = file, budget

    def read(self, size: int = -1) -> bytes:
        """As a file does, but never more than asked for, or than a piece."""
        content = self._file.read(_CHUNK if size < 0 else min(size, _CHUNK))
        self._budget.more_bytes(len(content))
        return content

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Names:
    """Where files go."""

    def __init__(self, into: Path) -> None:
        self._into = into
        self._taken: dict[str, str] = {}

    def place(self, name: str) -> Path | None:
        """The path of a file; None for what is left out. Raises BadPackage for a name that cannot be."""
        parts = PurePosixPath(name).parts
        if (
            not parts
            or name.startswith("/")
            or ".." in parts
            or "\\" in name
            or ":" in parts[0]
            or any(ord(each) <= _LAST_ASCII_CONTROL for each in name)
        ):
            raise BadPackage(f"It holds a file named {name!r}, which would lie outside of its folder.")
        name.encode()  # half of a surrogate pair stands for what is no text
        if _LEFT_OUT & {*parts}:
            return None
        other = self._taken.setdefault("/".join(parts).casefold(), name)
        if other is not name:
            raise BadPackage(f"It holds two files of the same name: {other} and {name}.")
        return self._into.joinpath(*parts)


def _members(source: Path, budget: _Budget) -> Iterator[tuple[str, Any]]:
    if source.is_dir():
        yield from _of_folder(source, budget)
    elif zipfile.is_zipfile(source):
        yield from _of_zip(source, budget)
    elif source.is_file():
        yield from _of_tar(source, budget)
    else:
        raise BadPackage(f"{source.name} is no folder, zip file, wheel or tar file.")


def _of_folder(source: Path, budget: _Budget) -> Iterator[tuple[str, Any]]:
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if _LEFT_OUT & {*PurePosixPath(name).parts}:
            continue
        budget.one_more()
        if path.is_symlink():
            raise BadPackage(f"'{name}' is a link; a plugin holds files and folders only.")
        if path.is_file():
            yield f"{source.name}/{name}", _Counted(path.open("rb"), budget)
        elif not path.is_dir():
            raise BadPackage(f"'{name}' is neither a file nor a folder.")


def _of_zip(source: Path, budget: _Budget) -> Iterator[tuple[str, Any]]:
    _require_short_list(source)
    with zipfile.ZipFile(source) as archive:
        for member in archive.infolist():
            budget.one_more()
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise BadPackage(
                    f"'{member.filename}' is a link or a device; a plugin holds files and folders only."
                )
            if not member.is_dir():
                yield member.orig_filename, _Counted(archive.open(member), budget)


def _require_short_list(source: Path) -> None:
    """Raise BadPackage for a zip file whose list of files is too long, or is in the form for huge ones."""
    with source.open("rb") as file:
        file.seek(max(source.stat().st_size - 70_000, 0))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    (size,) = struct.unpack("<I", tail[end + 12 : end + 16])
    if size > _MAX_LIST or tail[end - 20 : end - 16] == b"PK\x06\x07":
        raise BadPackage(f"{source.name} lists more files than a plugin may hold.")


def _of_tar(source: Path, budget: _Budget) -> Iterator[tuple[str, Any]]:
    with _decompressed(source) as file:
        counted: Any = _Counted(file, budget)
        try:
            archive = tarfile.open(fileobj=counted, mode="r|")  # noqa: SIM115  # closed with the file below it
        except tarfile.ReadError as error:
            raise BadPackage(f"{source.name} is no folder, zip file, wheel or tar file.") from error
        for member in archive:
            budget.one_more()
            if not (member.isreg() or member.isdir()):
                raise BadPackage(
                    f"'{member.name}' is a link or a device; a plugin holds files and folders only."
                )
            if member.isreg() and (opened := archive.extractfile(member)) is not None:
                yield member.name.removeprefix("./"), opened


def _decompressed(source: Path) -> Any:
    with source.open("rb") as file:
        start = file.read(6)
    found = (opener for magic, opener in _COMPRESSED.items() if start.startswith(magic))
    return next(found, lambda path: path.open("rb"))(source)


@contextmanager
def removed_at_the_end(folder: Path) -> Iterator[Path]:
    """In the block, `folder` as a new one."""
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
