"""From a folder, an archive or a wheel to a plugin's folder; whatever is not a plain file or folder is refused.

Sizes are counted as they are written, since an archive may say anything of itself.
"""

import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from VaultPlatform.activation.errors import BadPackage

MAX_FILES = 5000
MAX_BYTES = 100 * 1024 * 1024
_CHUNK = 256 * 1024
_LEFT_OUT = frozenset({"__pycache__", ".git", ".venv", "node_modules"})


def unpack(source: Path, into: Path) -> None:
    """Put the files of `source` below the empty folder `into`.

    Raises BadPackage for what is neither a folder, a zip file, a wheel nor a tar file, for names that lead elsewhere,
    for links and devices, and for more than MAX_FILES or MAX_BYTES.
    """
    budget = _Budget()
    try:
        for name, opened in _members(source):
            path = _inside(into, name)
            if path is None:
                continue
            budget.one_more_file()
            path.parent.mkdir(parents=True, exist_ok=True)
            with opened as read, path.open("xb") as written:
                while chunk := read.read(_CHUNK):
                    budget.more_bytes(len(chunk))
                    written.write(chunk)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadPackage(
            f"{source.name} cannot be unpacked: it is damaged, or of another kind ({error})."
        ) from error
    except FileExistsError as error:
        raise BadPackage(f"{source.name} holds two files of the same name.") from error
    except OSError as error:
        raise BadPackage(f"{source} cannot be read or unpacked: {error.strerror or error}.") from error


class _Budget:
    """What is left of the limits."""

    def __init__(self) -> None:
        self._files, self._bytes = 0, 0

    def one_more_file(self) -> None:
        self._files += 1
        if self._files > MAX_FILES:
            raise BadPackage(f"It holds more than {MAX_FILES} files, which is more than a plugin may.")

    def more_bytes(self, count: int) -> None:
        self._bytes += count
        if self._bytes > MAX_BYTES:
            raise BadPackage(
                f"It holds more than {MAX_BYTES // 1024 // 1024} MiB, which is more than a plugin may."
            )


def _inside(into: Path, name: str) -> Path | None:
    """Where a file goes; None for what is left out. Raises BadPackage for a name that leads elsewhere."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name or ":" in parts[0]:
        raise BadPackage(f"It holds a file named '{name}', which would lie outside of its folder.")
    return None if _LEFT_OUT & {*parts} else into.joinpath(*parts)


def _members(source: Path) -> Iterator[tuple[str, "_Opened"]]:
    if source.is_dir():
        yield from _of_folder(source)
    elif zipfile.is_zipfile(source):
        yield from _of_zip(source)
    elif source.is_file() and tarfile.is_tarfile(source):
        yield from _of_tar(source)
    else:
        raise BadPackage(f"{source.name} is no folder, zip file, wheel or tar file.")


_Opened = IO[bytes]


def _of_folder(source: Path) -> Iterator[tuple[str, _Opened]]:
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if _LEFT_OUT & {*PurePosixPath(name).parts}:
            continue
        if path.is_symlink():
            raise BadPackage(f"'{name}' is a link; a plugin holds files and folders only.")
        if path.is_file():
            yield f"{source.name}/{name}", path.open("rb")
        elif not path.is_dir():
            raise BadPackage(f"'{name}' is neither a file nor a folder.")


def _of_zip(source: Path) -> Iterator[tuple[str, _Opened]]:
    with zipfile.ZipFile(source) as archive:
        for member in archive.infolist():
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise BadPackage(
                    f"'{member.filename}' is a link or a device; a plugin holds files and folders only."
                )
            if not member.is_dir():
                yield member.filename, archive.open(member)


def _of_tar(source: Path) -> Iterator[tuple[str, _Opened]]:
    with tarfile.open(source) as archive:
        for member in archive:
            if not (member.isreg() or member.isdir()):
                raise BadPackage(
                    f"'{member.name}' is a link or a device; a plugin holds files and folders only."
                )
            if member.isreg() and (opened := archive.extractfile(member)) is not None:
                yield member.name.removeprefix("./"), opened


@contextmanager
def removed_at_the_end(folder: Path) -> Iterator[Path]:
    """In the block, `folder` as a new one."""
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
