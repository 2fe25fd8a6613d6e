"""What of a request reaches the audit trail without a run: each 403 of a signed-in principal, and writes past the runs.

Both are entered when the answer is there, in a transaction of their own: a denial survives the rollback of what it
ended, and what goes wrong here changes no answer. It stands outside of the gate, so that the gate's own 403s count:
a member of one organisation who asks another is entered where the member is known, and never where they asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve

from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy
from VaultPlatform.audit import record, record_site, use_actor
from VaultPlatform.audit.actors import Actor
from VaultPlatform.audit.canonical import printable
from VaultPlatform.audit.denials import DenialBound
from VaultPlatform.audit.scope import Scope, actor_for, actor_of, current_scope, use_request
from VaultPlatform.identity.paths import is_site_path
from VaultPlatform.identity.service import member_of_session
from VaultPlatform.tenancy.directory import as_value
from VaultPlatform.tenancy.service import organisation_service

log = structlog.get_logger(__name__)

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_DENIED, _ERROR = 403, 400


class AuditMiddleware:
    """Enters denials, and writes that no run has entered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._bound = DenialBound()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with use_request(request) as scope:
            response = self.get_response(request)
            try:
                self._enter(scope, response.status_code)
            except Exception as error:  # the answer stands, whatever this is
                log.error("audit_failed", path=request.path, status=response.status_code, exc_info=error)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Called inside the organisation of the request."""
        if (scope := current_scope()) is not None:
            scope.organisation = tenancy.current_or_none()

    def _enter(self, scope: Scope, status: int) -> None:
        request = scope.request
        if status == _DENIED:
            self._enter_denial(scope)
            return
        actor = actor_of(request)
        if actor is not None and status < _ERROR and request.method not in _SAFE and not scope.recorded:
            detail = {"status": status, **_parameters(request)}
            _record(actor, scope.organisation, action="request", detail=detail)

    def _enter_denial(self, scope: Scope) -> None:
        actor, organisation = actor_of(scope.request), scope.organisation
        if actor is None:
            actor, organisation = _signed_in(scope)
        if actor is None:
            return
        left_out = self._bound.admit((organisation.key if organisation else "", actor.kind, actor.id))
        if left_out is None:
            return
        detail = _parameters(scope.request)
        asked = scope.request.headers.get("Org", "")
        if organisation is not None and asked != organisation.slug:
            detail["organisation"] = printable(asked, 64)
        if left_out:
            detail["left_out_before"] = left_out
        _record(actor, organisation, action="access.denied", detail=detail, outcome="denied")


def _record(actor: Actor, organisation: tenancy.Organisation | None, **fields: Any) -> None:
    with use_actor(actor.kind, actor.id, actor.name):
        if organisation is None:
            record_site(**fields)
            return
        with tenancy.use(organisation):
            record(**fields)


def _signed_in(scope: Scope) -> tuple[Actor | None, tenancy.Organisation | None]:
    """Whoever the request's access token stands for, in whichever organisation, if its session is open."""
    if is_site_path(scope.request.path_info):
        return None, None
    from VaultPlatform.identity.tokens import AccessToken

    _, _, credentials = scope.request.headers.get("Authorization", "").partition(" ")
    try:
        token = AccessToken.decode(credentials.strip())
    except errors.VaultError:
        return None, None
    organisation = _organisation_of(scope, token["org"])
    if organisation is None:
        return None, None
    with tenancy.use(organisation):
        member = member_of_session(token["sid"])
    return (None, None) if member is None else (actor_for(member), organisation)


def _organisation_of(scope: Scope, key: str) -> tenancy.Organisation | None:
    if scope.organisation is not None and scope.organisation.key == key:
        return scope.organisation
    row = organisation_service.get(key=key)
    return None if row is None else as_value(row)


def _parameters(request: HttpRequest) -> dict[str, Any]:
    """The ids in the path: what it was about."""
    match = request.resolver_match
    if match is None:
        try:
            match = request.resolver_match = resolve(request.path_info)
        except Resolver404:
            return {}
    return {"parameters": {name: printable(value, 64) for name, value in match.kwargs.items()}}
