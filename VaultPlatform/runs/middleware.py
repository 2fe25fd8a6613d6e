"""What a request with an `Idempotency-Key` meets: the answer of the first time, a refusal, or the view."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from types import CodeType
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.timezone import now
from rest_framework.renderers import JSONRenderer

from NimbusVaultConstants.Modelentity.Modelentity import ModelName
from Orchestrators.Codec import decode
from Orchestrators.Journal import RunState
from VaultErrors.BackendErrors import errors
from VaultPlatform.audit.scope import actor_of
from VaultPlatform.identity.permissions import view_of
from VaultPlatform.runs.idempotency import BodyDigest, Claim, offer
from VaultPlatform.runs.planes import current_plane
from VaultPlatform.web.errors import error_response
from VaultPlatform.web.request_ids import Next

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
#: For which a key is kept.
KEPT = timedelta(hours=24)
_MAX_KEY = 255
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
#: Routes under which tokens are given out and taken back: their answers are never kept.
_EXCLUDED = tuple(f"/{ModelName.url_vault}{path}" for path in ("auth/", "site/token", "site/logout"))
#: By these names a view executes a run.
_EXECUTING = frozenset({"run_response", "execute", "enqueue"})
_CONFLICT, _FAILED = 409, 400


class IdempotencyMiddleware:
    """Stands behind the gate and the limits of bodies: whoever asks is known, and may."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        claim: Claim | None = getattr(request, "vault_claim", None)
        if claim is None:
            return response
        request.vault_end_claim()  # type: ignore[attr-defined]  # set below
        try:
            return _after(claim, response)
        except Exception as error:  # noqa: BLE001  # answered and logged like a view's
            return error_response(error, request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Called when gate and limits have let the request pass."""
        key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        if key is None or request.method not in _WRITES or request.path_info.startswith(_EXCLUDED):
            return None
        actor = actor_of(request)
        if actor is None:
            return None
        try:
            _require_fit(key, view, request.method)
            claim = Claim(
                key=_scoped(request, f"{actor.kind} {actor.id}", key),
                request=request,
                digest=_digest_of(request),
            )
            if (answer := _answered(claim)) is not None:
                return answer
        except Exception as error:  # noqa: BLE001  # answered and logged like a view's
            return error_response(error, request)
        request.vault_claim = claim  # type: ignore[attr-defined]
        request.vault_end_claim = offer(claim)  # type: ignore[attr-defined]
        return None


def _require_fit(key: str, view: Callable[..., Any], method: str) -> None:
    if not (0 < len(key) <= _MAX_KEY and key.isascii() and key.isprintable()):
        raise errors.bad_request.ValidationError(
            f"{HEADER} has to be 1 to {_MAX_KEY} printable ASCII characters; a UUID is a good one."
        )
    if not _executes_a_run(view_of(view), method.lower()):
        raise errors.bad_request.ValidationError(
            f"This endpoint takes no {HEADER}: what it does is no run. Send the request without it."
        )


def _scoped(request: HttpRequest, principal: str, key: str) -> str:
    parts = (principal, request.method or "", request.path_info, key)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _digest_of(request: HttpRequest) -> BodyDigest:
    """The digest of the body, which is taken while whoever reads it does."""
    boundary = (request.content_params or {}).get("boundary", "")
    digest = BodyDigest(boundary=boundary.encode("latin-1", "replace"))
    if not hasattr(request, "_body"):
        request._stream = _Digested(request._stream, digest)  # type: ignore[assignment]  # noqa: SLF001  # no other way in
    return digest


class _Digested:
    """A stream that has each piece digested that is read from it."""

    def __init__(self, stream: Any, digest: BodyDigest) -> None:
        self._inner, self._digest = stream, digest

    def read(self, *size: Any, **options: Any) -> bytes:
        piece: bytes = self._inner.read(*size, **options)
        self._digest.update(piece)
        return piece

    def readline(self, *size: Any, **options: Any) -> bytes:
        piece: bytes = self._inner.readline(*size, **options)
        self._digest.update(piece)
        return piece

    def close(self) -> None:
        self._inner.close()


def _answered(claim: Claim) -> HttpResponseBase | None:
    """The answer for a key that has been used before; None for a new one."""
    plane = current_plane()
    row = plane.runs.get(idempotency_key=claim.key)
    if row is None:
        return None
    if row.created_at < now() - KEPT:
        plane.runs.filter(id=row.id, idempotency_key=claim.key).update(idempotency_key=None)
        return None
    if row.request_hash != claim.request_hash():
        raise errors.bad_request.IdempotencyMismatch(
            f"This {HEADER} was used for another request. Use a new key for a new request."
        )
    return _replayed(row)


def _replayed(row: Any) -> HttpResponseBase:
    if row.response is not None:
        kept = row.response
        response = HttpResponse(
            kept["body"].encode("latin-1"), status=kept["status"], content_type=kept["content_type"]
        )
    elif row.state != RunState.COMPLETED.value:
        raise errors.bad_request.Conflict(
            f"The request with this {HEADER} has not ended yet (run {row.id}, {row.state}). Ask again later.",
            headers={"Retry-After": "1"},
        )
    elif row.result is None:
        raise errors.bad_request.Conflict(
            "The request was carried out before; its answer held a secret, which is shown once."
        )
    else:
        response = HttpResponse(
            _rendered(row.result, row.status), status=row.status or 200, content_type="application/json"
        )
    response.headers[REPLAYED] = "true"
    return response


def _rendered(result: Any, status: int | None) -> bytes:
    """What `run_response` makes of a run's result."""
    value = decode(json.loads(result["text"]))
    return b"" if status == 204 and value is None else bytes(JSONRenderer().render(value))  # noqa: PLR2004


def _after(claim: Claim, response: HttpResponseBase) -> HttpResponseBase:
    """The view has answered: keep that, if the run alone would not give it again."""
    plane = current_plane()
    if claim.run_id is None:
        return response
    if response.status_code == _CONFLICT and claim.entry is None:
        first = plane.runs.get(idempotency_key=claim.key)
        if first is not None and first.id != claim.run_id:
            return _answered(claim) or response
        return response
    if response.streaming or response.status_code >= _FAILED:
        return response
    row = plane.runs.get(id=claim.run_id)
    if row is not None and not _is_plain(row, response):
        kept = {
            "status": response.status_code,
            "content_type": response.headers.get("Content-Type", ""),
            "body": response.content.decode("latin-1"),  # type: ignore[attr-defined]  # not streaming
        }
        if not (row.plan or {}).get("withholds_result") and not _withheld(row):
            plane.runs.filter(id=row.id).update(response=kept)
    return response


def _withheld(row: Any) -> bool:
    return row.state == RunState.COMPLETED.value and row.result is None


def _is_plain(row: Any, response: Any) -> bool:
    """Whether result and status alone give this answer."""
    if row.result is None or (row.status or 200) != response.status_code:
        return False
    try:
        same: bool = json.loads(_rendered(row.result, row.status) or b"null") == json.loads(
            response.content or b"null"
        )
    except ValueError:
        return False
    return same


@cache
def _executes_a_run(view: Any, method: str) -> bool:
    """Whether the code of a view, or of what it calls in its own module, executes a run."""
    handler = getattr(view, method, None) or view
    handler = getattr(handler, "__wrapped__", handler)
    code = getattr(handler, "__code__", None)
    if code is None:
        return False
    names, module = set[str](), getattr(handler, "__globals__", {})
    due, seen = [code], set[CodeType]()
    while due:
        each = due.pop()
        seen.add(each)
        names |= set(each.co_names)
        due += [inner for inner in each.co_consts if isinstance(inner, CodeType) and inner not in seen]
        for name in each.co_names:
            called = getattr(view, name, None) or module.get(name)
            its = getattr(called, "__code__", None)
            if its is not None and its not in seen and called.__module__ == handler.__module__:
                due.append(its)
    return bool(names & _EXECUTING)
