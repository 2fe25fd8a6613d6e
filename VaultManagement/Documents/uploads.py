"""Multipart bodies whose file goes straight into the blob storage: no second copy, no more memory than a chunk.

Django closes the files of a request when its response is done, which removes whatever no run has put at its address.
"""

import io
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParser
from rest_framework.parsers import BaseParser, DataAndFiles

from VaultErrors.BackendErrors import errors
from VaultPlatform.storage import BlobWriter, Incoming, blob_storage, max_upload_bytes

#: The only part that may be a file.
FILE_PART = "file"
#: What the parts' headers and boundaries may take, beside the files and fields themselves.
_FRAMING_BYTES = 64 * 1024


class ReceivedFile(UploadedFile):
    """A file that arrived completely. `incoming` is what a run puts at its address; `close` removes it otherwise."""

    def __init__(self, *, writer: BlobWriter, name: str, content_type: str) -> None:
        self.incoming: Incoming = writer.finish()
        closes: Any = writer  # all that Django does with a request's file by itself is to close it
        super().__init__(file=closes, name=name, content_type=content_type, size=self.incoming.size)


class BlobReceiver(FileUploadHandler):
    """Takes one file, under the name `file`, of at most `limit` bytes."""

    chunk_size = 256 * 1024
    #: What is received, in words.
    what = "the document's file"

    def __init__(self, *, limit: int) -> None:
        super().__init__()
        self._limit = limit
        self._writers: list[Any] = []

    def new_writer(self) -> Any:
        """What takes the pieces of the file, by `write`; `close` removes it."""
        return blob_storage().writer()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name != FILE_PART:
            raise errors.bad_request.ValidationError(
                f"The part {self.field_name!r} is a file; {self.what} is sent as the part '{FILE_PART}'."
            )
        if self._writers:
            raise errors.bad_request.ValidationError(f"Send exactly one file: {self.what}.")
        self._writers.append(self.new_writer())

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > self._limit:
            raise too_large(self._limit)
        self._writers[-1].write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        name, content_type = self.file_name or "", self.content_type or ""
        return ReceivedFile(writer=self._writers[-1], name=name, content_type=content_type)

    def upload_interrupted(self) -> None:
        raise _cut_short()

    def close(self) -> None:
        """Remove what was received."""
        for writer in self._writers:
            writer.close()


class CountedBody(io.RawIOBase):
    """A request's body that knows how much of it was read."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream
        self.count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = self._stream.read(-1 if size is None else size)
        self.count += len(data)
        return data


class DocumentUploadParser(BaseParser):
    """Reads a multipart form with one file."""

    media_type = "multipart/form-data"
    #: Who takes the file.
    receiver: type[BlobReceiver] = BlobReceiver

    def limit(self) -> int:
        """So many bytes a file may have."""
        return max_upload_bytes()

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> "DataAndFiles[Any, Any]":
        """The form's fields and its `ReceivedFile`.

        Raises:
            PayloadTooLarge: the file is larger than the site accepts; seen from the announced length if possible.
            ValidationError: not exactly one file under the right name, or the body ended early.
            Unavailable: the storage cannot take it.
        """
        context = parser_context or {}
        meta = {**context["request"].META, "CONTENT_TYPE": media_type}
        if not str(meta.get("CONTENT_LENGTH", "")).isdecimal():
            raise errors.bad_request.ValidationError(
                "Say how long the body is: send the header 'Content-Length'."
            )
        limit, announced = self.limit(), int(meta["CONTENT_LENGTH"])
        if announced > limit + (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) + _FRAMING_BYTES:
            raise too_large(limit)
        receiver, body = self.receiver(limit=limit), CountedBody(stream)
        try:
            parser = MultiPartParser(meta, body, [receiver], context.get("encoding"))
            fields, files = parser.parse()
            if body.count < announced:
                raise _cut_short()
        except UnreadablePostError as error:
            receiver.close()
            raise _cut_short() from error
        except BaseException:
            receiver.close()
            raise
        return DataAndFiles(fields, files)


def too_large(limit: int) -> errors.VaultError:
    """The answer to a file of more than `limit` bytes."""
    return errors.bad_request.PayloadTooLarge(
        f"The file is larger than the {limit} bytes that this site accepts."
    )


def _cut_short() -> errors.VaultError:
    return errors.bad_request.ValidationError("The upload ended before it was complete; nothing was kept.")
