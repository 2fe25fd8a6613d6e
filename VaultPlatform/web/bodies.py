"""What a request may carry: limits and strictness that hold for every view, a plugin's plain Django view included.

It stands behind the gate, so that nothing is read of whoever is not let in. A view may take larger bodies: it says so
by `max_body_bytes`, a number on the class or the function, and reads them piece by piece.
"""

import codecs
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from VaultErrors.BackendErrors import errors
from VaultPlatform.storage import max_upload_bytes
from VaultPlatform.web.errors import error_response
from VaultPlatform.web.request_ids import Next
from VaultPlatform.web.strict_json import BadJson, read_json, shortened

#: What the headers and boundaries of a form's parts may take, beside files and fields themselves.
FRAMING_BYTES: Final = 64 * 1024
_JSON_CHARSETS: Final = frozenset({"utf-8", "ascii"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class BodyMiddleware:
    """Refuses, before the view, what no view should have to think of: 400, 413 or 415 with the reason."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Called when the gate has let the request pass."""
        try:
            _check_address(request)
            _check_body(request, getattr(view, "cls", getattr(view, "view_class", view)))
        except Exception as error:  # noqa: BLE001  # answered and logged like a view's
            return error_response(error, request)
        return None


def _check_address(request: HttpRequest) -> None:
    """Paths without control characters, queries of whole UTF-8 without NUL: what reaches a database can be kept."""
    if _CONTROL.search(request.path_info):
        raise errors.bad_request.ValidationError("The path holds a control character.")
    query = str(request.META.get("QUERY_STRING", ""))
    if "%" not in query and query.isascii() and "\0" not in query:
        return
    for pair in query.split("&"):
        text = unquote_to_bytes(pair.encode("latin-1", "replace"))
        name = shortened(text.partition(b"=")[0].decode("ascii", "backslashreplace"))
        if b"\0" in text:
            raise errors.bad_request.ValidationError(f"{name}: the query holds a NUL character.")
        try:
            text.decode()
        except UnicodeDecodeError as error:
            raise errors.bad_request.ValidationError(f"{name}: the query is not UTF-8.") from error


def _check_body(request: HttpRequest, view: Any) -> None:
    announced = _announced(request)
    if announced == 0:
        return
    if refused := request.META.get("vault.refused_charset"):
        raise _wrong_charset(refused)
    _check_length(request, view, announced)
    if _is_json(request) and announced <= _plain_limit():
        request.vault_json = _json_of(request)  # type: ignore[attr-defined]


def _announced(request: HttpRequest) -> int:
    """The length of the body as announced, without which none is read."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal():
        return int(length)
    if length or "HTTP_TRANSFER_ENCODING" in request.META:
        raise errors.bad_request.ValidationError(
            "Say how long the body is: send the header 'Content-Length'."
        )
    return 0


def _check_length(request: HttpRequest, view: Any, announced: int) -> None:
    limit, beside = getattr(view, "max_body_bytes", None) or _plain_limit(), 0
    if request.content_type == "multipart/form-data" and not hasattr(view, "max_body_bytes"):
        limit, beside = max_upload_bytes(), _plain_limit() + FRAMING_BYTES
    if announced > limit + beside:
        raise errors.bad_request.PayloadTooLarge(
            f"The body has {announced} bytes, more than the {limit} bytes that this site accepts."
        )


def _plain_limit() -> int:
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


def _is_json(request: HttpRequest) -> bool:
    kind = request.content_type or ""
    return kind == "application/json" or kind.endswith("+json")


def _json_of(request: HttpRequest) -> Any:
    charset = (request.content_params or {}).get("charset", "utf-8")
    if not _is_utf8(charset):
        raise _wrong_charset(charset)
    try:
        return read_json(request.body.decode())
    except UnicodeDecodeError as error:
        raise errors.bad_request.ValidationError("The body is not UTF-8, as JSON is.") from error
    except BadJson as error:
        raise errors.bad_request.ValidationError(str(error)) from error


def _is_utf8(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in _JSON_CHARSETS
    except (LookupError, ValueError):
        return False


def _wrong_charset(charset: str) -> errors.VaultError:
    return errors.bad_request.UnsupportedMediaType(
        f"The character set {shortened(charset)!r} is not read here; send UTF-8."
    )
