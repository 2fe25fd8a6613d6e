"""A request id for each request: in the response, in every log line, in every error."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase

_GOOD = re.compile(r"[A-Za-z0-9_.-]{8,64}")
Next = Callable[[HttpRequest], HttpResponseBase]


def request_id(request: HttpRequest) -> str:
    """The id of `request`; made here, or the client's `X-Request-ID` where that is well formed."""
    found: str | None = getattr(request, "vault_request_id", None)
    if found is None:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        found = given if _GOOD.fullmatch(given) else uuid.uuid4().hex
        request.vault_request_id = found  # type: ignore[attr-defined]
    return found


class RequestIdMiddleware:
    """Outermost: binds the request id to the log context and returns it as `X-Request-ID`."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id(request))
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id(request)
        return response
