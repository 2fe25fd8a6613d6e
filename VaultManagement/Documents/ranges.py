"""Which part of a content is asked for: conditional and range requests of HTTP (RFC 9110)."""

import re
from dataclasses import dataclass

from VaultErrors.BackendErrors import errors

_RANGE = re.compile(r"bytes=[ \t]*(?P<first>[0-9]{0,19})-(?P<last>[0-9]{0,19})[ \t]*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class ByteRange:
    """Bytes `start` up to and without `end` of `size`."""

    start: int
    end: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes that is."""
        return self.end - self.start

    @property
    def content_range(self) -> str:
        """The value of `Content-Range`."""
        return f"bytes {self.start}-{self.end - 1}/{self.size}"


def requested_range(header: str, *, size: int) -> ByteRange | None:
    """The one range that `header` asks for; None means the whole: no, several, malformed ranges, or an empty content.

    Raises RangeNotSatisfiable if it lies outside.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or not size:
        return None
    first, last = match["first"], match["last"]
    if (first and last and int(first) > int(last)) or not (first or last):
        return None
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= end:
        raise errors.bad_request.RangeNotSatisfiable(
            f"The content has {size} bytes; the range {header!r} asks for none of them.",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return ByteRange(start=start, end=end, size=size)
