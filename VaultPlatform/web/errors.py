"""One shape for every error: ``{"msg", "code", "request_id"}``, whoever made it.

VaultErrors are answered as they stand. Django's and DRF's own become the VaultError that they mean. Anything else is
logged with its traceback and answered as a generic 500. A bare ``{"msg": …}`` that a view returned is completed.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from django.core import exceptions as django_errors
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.SerializerErrors import flatten_serializer_errors
from NimbusVaultConstants.Modelentity.Modelentity import ModelName
from Orchestrators.Errors import OwnershipLost, RunCancelled
from VaultErrors.BackendErrors import errors
from VaultPlatform.web.request_ids import Next, request_id

log = structlog.get_logger(__name__)

_ERROR, _SERVER_ERROR, _UNAVAILABLE = 400, 500, 503
#: Seconds in which a run that was taken over has usually ended.
_SOON = "1"

_BY_STATUS: dict[int, type[errors.VaultError]] = {
    error.status: error
    for error in vars(errors.bad_request).values()
    if isinstance(error, type) and issubclass(error, errors.VaultError) and error.status < _SERVER_ERROR
}


#: Beginnings of what a database tells that passes. PostgreSQL's classes: connection, rollback, resources, not in its
#: state, intervention, system. SQLite's names; its SQLITE_ERROR is about the statement, such as a column there is not.
_PASSING = (
    *("08", "40", "53", "55", "57", "58"),
    *("SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_INTERRUPT", "SQLITE_IOERR", "SQLITE_LOCKED", "SQLITE_NOMEM"),
    "SQLITE_PROTOCOL",
)
_READ_ONLY = "The database takes no writes at the moment, so nothing was written. Reading goes on."
_FULL = "The database has no room left, so nothing was written. Reading goes on. The site's operator has to make room."
#: What a database refuses although it is there: the beginning of PostgreSQL's code, or of SQLite's name, of the error.
_REFUSED = {"25006": _READ_ONLY, "SQLITE_READONLY": _READ_ONLY, "53100": _FULL, "SQLITE_FULL": _FULL}
#: What Django's own errors mean to a client; the first that fits.
_MEANT: tuple[tuple[Any, Any, str], ...] = (
    (Http404, errors.bad_request.NotFound, "There is nothing at this address."),
    (
        (django_errors.RequestDataTooBig, django_errors.TooManyFieldsSent, django_errors.TooManyFilesSent),
        errors.bad_request.PayloadTooLarge,
        "The body is larger, or has more parts, than this site accepts.",
    ),
    (django_errors.PermissionDenied, errors.bad_request.PermissionDenied, "You may not do this."),
    (
        (django_errors.BadRequest, django_errors.SuspiciousOperation, MultiPartParserError),
        errors.bad_request.ValidationError,
        "The request is malformed.",
    ),
    (
        IntegrityError,
        errors.bad_request.Conflict,
        "Something else still refers to this, which may belong to a plugin that is off, or takes its place already.",
    ),
    (
        (OperationalError, InterfaceError),
        errors.server.Unavailable,
        "The database cannot be reached at the moment.",
    ),
)


def as_vault_error(error: BaseException) -> errors.VaultError:
    """The VaultError that says what `error` means to a client; a generic 500 for what is nobody's business."""
    if isinstance(error, errors.VaultError):
        return error
    if isinstance(error, OwnershipLost | RunCancelled):
        return _ended_elsewhere(error)
    if isinstance(error, APIException):
        return _from_status(error.status_code, flatten_serializer_errors(error.detail), _retry_after(error))
    if isinstance(error, DatabaseError) and (refusal := _refusal(error)) is not None:
        return errors.server.Unavailable(refusal)
    for kinds, meant, msg in _MEANT:
        if isinstance(error, kinds) and not (meant is errors.server.Unavailable and _is_our_fault(error)):
            return meant(msg)  # type: ignore[no-any-return]
    return errors.server.InternalError()


def _ended_elsewhere(error: OwnershipLost | RunCancelled) -> errors.VaultError:
    """What to tell of a run that somebody has cancelled or taken over.

    What comes of one that was taken over is not known yet, as for a key whose first request is still at work.
    """
    if isinstance(error, RunCancelled):
        return errors.bad_request.Conflict(str(error))
    return errors.bad_request.Conflict(
        f"Another process has taken run {error.run_id} over, and either completes it or undoes it. To learn which, "
        "send the request again with the same Idempotency-Key; if it had none, have an administrator look at "
        f"/{ModelName.url_vault}runs/{error.run_id} before you repeat it.",
        headers={"Retry-After": _SOON},
    )


def _refusal(error: DatabaseError) -> str | None:
    """What to tell of a database that is there and cannot write; None if `error` is not about that."""
    told = _told(error)
    return next((refusal for beginning, refusal in _REFUSED.items() if told.startswith(beginning)), None)


def _told(error: BaseException) -> str:
    """PostgreSQL's code, or SQLite's name, of the driver's own error; "" if it has none.

    The driver's error is the cause, or the cause's cause where the audit trail has wrapped it once more.
    """
    cause = error.__cause__
    for each in (cause, cause and cause.__cause__):
        if told := getattr(each, "sqlstate", None) or getattr(each, "sqlite_errorname", None):
            return str(told)
    return ""


def _is_our_fault(error: BaseException) -> bool:
    """Whether an "operational" error is about the statement, and not about reaching the database."""
    told = _told(error)
    return bool(told) and not told.startswith(_PASSING)


def error_body(error: errors.VaultError, request: HttpRequest) -> dict[str, str]:
    """The JSON object that a client gets for `error`."""
    msg = error.msg.encode(
        "utf-8", "backslashreplace"
    ).decode()  # what a message repeats may hold lone surrogates
    return {"msg": msg, "code": error.code, "request_id": request_id(request)}


def error_response(error: BaseException, request: HttpRequest) -> JsonResponse:
    """The whole answer for `error`; what is not the client's doing is logged with its traceback."""
    meant = as_vault_error(error)
    _log(error, meant, request)
    return JsonResponse(error_body(meant, request), status=meant.status, headers=meant.headers)


def _log(error: BaseException, meant: errors.VaultError, request: HttpRequest) -> None:
    if isinstance(error, OwnershipLost):
        log.warning("run_overtaken", path=request.path, run=str(error.run_id))
    elif meant.status >= _SERVER_ERROR:
        log.error("request_failed", path=request.path, error=type(error).__name__, exc_info=error)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's handler: the same answer through the view's renderer."""
    request = context["request"]._request  # noqa: SLF001  # Django's own request has no other name
    meant = as_vault_error(error)
    _log(error, meant, request)
    return Response(error_body(meant, request), status=meant.status, headers=meant.headers)


class ErrorMiddleware:
    """Gives every error response of the site its shape, plain Django views and bare ``{"msg"}`` included."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code < _ERROR or response.streaming:
            return response
        return self._shaped(request, response)

    def process_exception(self, request: HttpRequest, error: Exception) -> JsonResponse:
        """An exception that a view let through."""
        return error_response(error, request)

    @staticmethod
    def _shaped(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        body = _json_object(response)
        if body is not None and {"msg", "code", "request_id"} <= body.keys():
            return response
        told = (body or {}).get("msg")
        meant = _from_status(response.status_code, flatten_serializer_errors(told) if told else None)
        body = (
            {"msg": meant.msg}
            if response.status_code == _SERVER_ERROR
            else {**(body or {}), "msg": meant.msg}
        )
        body.setdefault("code", meant.code)
        body["request_id"] = request_id(request)
        shaped = JsonResponse(body, status=response.status_code)
        for name, value in response.headers.items():
            if name.lower() not in {"content-type", "content-length"}:
                shaped.headers[name] = value
        return shaped


def _json_object(response: HttpResponseBase) -> dict[str, Any] | None:
    if "json" not in response.headers.get("Content-Type", ""):
        return None
    try:
        body = json.loads(getattr(response, "content", b""))
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _from_status(status: int, msg: str | None, headers: Mapping[str, str] | None = None) -> errors.VaultError:
    """A VaultError of a status that Django or DRF chose."""
    if status == _UNAVAILABLE:
        return errors.server.Unavailable(msg or "Try again later.")
    if status >= _SERVER_ERROR:
        return errors.server.InternalError()
    kind = _BY_STATUS.get(status, errors.bad_request.ValidationError)
    return kind(msg or f"{_phrase(status)}.", headers=headers)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "The request failed"


def _retry_after(error: APIException) -> dict[str, str]:
    wait = getattr(error, "wait", None)
    headers = {"Retry-After": str(int(wait))} if wait else {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return headers
