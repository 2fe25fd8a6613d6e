"""Responses that carry a version's bytes: streamed, resumable, and inert in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from VaultManagement.Documents.bll.GetApisbll import open_content
from VaultManagement.Documents.bll.HelperFunctions import normal_content_type
from VaultManagement.Documents.ranges import ByteRange, requested_range

if TYPE_CHECKING:
    from VaultModels.models import DocumentVersion

#: A document is a stranger's file: it is saved rather than shown, and if shown, without scripts or an origin.
_INERT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization, Org",
}


def content_response(request: Request, version: DocumentVersion) -> HttpResponseBase:
    """Answer a GET or HEAD with the content of `version`, or the part or the 304 that its headers ask for.

    Raises RangeNotSatisfiable, and Unavailable if the storage does not have the bytes.
    """
    etag = f'"{version.sha256}"'
    headers = {**_INERT, "ETag": etag, "Accept-Ranges": "bytes"}
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        for name, value in headers.items():
            unchanged.headers[name] = value
        return unchanged
    part = _part(request, etag, version.size)
    headers |= {
        "Content-Type": normal_content_type(version.content_type),  # rows may come from an archive
        "Content-Disposition": content_disposition_header(True, version.filename) or "attachment",
        "Content-Length": str(part.length if part else version.size),
    }
    if part:
        headers["Content-Range"] = part.content_range
    status = 206 if part else 200
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    start, end = (part.start, part.end) if part else (0, version.size)
    return StreamingHttpResponse(
        open_content(version=version, start=start, end=end), status=status, headers=headers
    )


def _part(request: Request, etag: str, size: int) -> ByteRange | None:
    """The range that applies: only for GET, and with `If-Range` only if the client's copy is this content."""
    wanted = request.headers.get("Range", "")
    if request.method != "GET" or request.headers.get("If-Range", etag) != etag:
        return None
    return requested_range(wanted, size=size)
