"""Archives of organisations over HTTP: streamed out, and received into a file before anything is made of them.

A client may take its time with either. Received first, an upload keeps no transaction waiting, and a run's step gets
the name of a file rather than a connection.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import StreamingHttpResponse, UnreadablePostError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from VaultErrors.BackendErrors import errors
from VaultPlatform.storage.files import make_folder
from VaultPlatform.tenancy.archive import Export

TAR, GZIP = "application/x-tar", "application/gzip"
_CHUNK = 256 * 1024
#: A file that is left by a process which was killed is removed by a later import.
_ABANDONED_SECONDS = 24 * 3600


class TarParser(BaseParser):
    """Leaves the body unread, for `received`."""

    media_type = TAR

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return stream


class GzipParser(TarParser):
    """The same for a compressed archive."""

    media_type = GZIP


def archive_response(export: Export) -> StreamingHttpResponse:
    """An answer that streams `export` and closes it."""
    suffix, kind = (".tar.gz", GZIP) if export.compressed else (".tar", TAR)
    headers = {
        "Content-Disposition": f'attachment; filename="{export.organisation.slug}{suffix}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingHttpResponse(export, content_type=kind, headers=headers)


@contextmanager
def received(request: Request) -> Iterator[str]:
    """The path of a file with the body of `request`, inside the block.

    Raises ValidationError if there is none or it ends early, PayloadTooLarge if there is no room for it.
    """
    announced = str(request.META.get("CONTENT_LENGTH") or "")
    if not announced.isdecimal() or not int(announced):
        raise errors.bad_request.ValidationError(
            f"Send the archive as the body, as '{TAR}' or '{GZIP}', with its length in 'Content-Length'."
        )
    folder = make_folder(Path(settings.VAULT_HOME) / "imports")
    remove_abandoned(folder)
    if int(announced) > shutil.disk_usage(folder).free:
        raise errors.bad_request.PayloadTooLarge("There is no room for an archive of this size on this site.")
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        _copy(request.data, file, size=int(announced))
        yield file.name


def _copy(body: Any, file: Any, *, size: int) -> None:
    try:
        while chunk := body.read(_CHUNK):
            file.write(chunk)
    except UnreadablePostError as error:
        raise _cut_short() from error
    if file.tell() != size:
        raise _cut_short()
    file.flush()


def _cut_short() -> errors.VaultError:
    return errors.bad_request.ValidationError("The upload ended before it was complete; nothing was kept.")


def remove_abandoned(folder: Path) -> None:
    """Remove what was left in `folder` by processes that were killed."""
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - _ABANDONED_SECONDS:
                path.unlink()
