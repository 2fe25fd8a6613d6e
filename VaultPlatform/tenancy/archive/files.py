"""Files that appear whole or not at all, readable by their maker alone."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from VaultErrors.BackendErrors import errors
from VaultPlatform.storage.files import sync_folder
from VaultPlatform.tenancy.archive.tar import CHUNK


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file, at `path` once the block has ended well, on the disk by then; otherwise nothing is left of it.

    Raises Conflict if something is there already, OSError if it cannot be written.
    """
    if path.exists():
        raise errors.bad_request.Conflict(f"{path} is there already; name a file that is not.")
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _place(draft, path)
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _place(draft: Path, path: Path) -> None:
    """As a rename that never replaces: somebody may have made the file meanwhile."""
    try:
        os.link(draft, path)
    except FileExistsError as error:
        raise errors.bad_request.Conflict(f"{path} is there already; name a file that is not.") from error


def nameless_file() -> IO[bytes]:
    """A new file in the site's folder, which is gone with whoever writes it, however that ends."""
    return tempfile.TemporaryFile(dir=Path(settings.VAULT_HOME))


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """What is left to read of `file`, in pieces."""
    while piece := file.read(CHUNK):
        yield piece
