"""One entry, as it is before the chain gives it its number and its hash."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, NamedTuple

from Orchestrators.Codec import shown
from VaultPlatform.audit.actors import Actor
from VaultPlatform.audit.canonical import canonical, printable
from VaultPlatform.audit.scope import acting, current_scope, route_of
from VaultPlatform.web.request_ids import request_id

#: Characters of a detail's JSON; what is longer is no detail.
MAX_DETAIL = 4000
_MAX_NAME, _MAX_ROUTE = 150, 200
#: How NUL and halves of surrogate pairs begin, which PostgreSQL does not read in JSON.
_UNREADABLE = ("\\u0000", "\\ud")

_made: ContextVar[int] = ContextVar("vault_audit_entries_made", default=0)


class Entry(NamedTuple):
    """What is entered: the columns beside `seq` and `hash`; `payload` repeats all of it as canonical JSON."""

    at: datetime
    actor_kind: str
    actor_id: str
    action: str
    entity_type: str
    entity_id: str
    outcome: str
    payload: str


def new_entry(
    *,
    action: str,
    entity_type: str = "",
    entity_id: object = "",
    detail: Mapping[str, Any] | None = None,
    outcome: str = "done",
    actor: Actor | None = None,
) -> Entry:
    """An entry of now, by `actor` or else whoever acts, with what is known of the request."""
    actor = actor or acting()
    _made.set(_made.get() + 1)
    shared = {
        "action": printable(action, 128),
        "entity_type": printable(entity_type, 64),
        "entity_id": printable(entity_id, 128),
        "outcome": printable(outcome, 16),
    }
    at, kind, identity = datetime.now(UTC), actor.kind, printable(actor.id, 64)
    payload = {
        **shared,
        **_of_request(),
        "at": at.isoformat(timespec="microseconds"),
        "actor": {"kind": kind, "id": identity, "name": printable(actor.name, _MAX_NAME)},
        "detail": dict(detail or {}),
    }
    written = canonical(payload)
    if any(sign in written for sign in _UNREADABLE):
        payload["detail"] = shown(detail or {})
        written = canonical(payload)
    if len(written) > MAX_DETAIL and (size := len(canonical(payload["detail"]))) > MAX_DETAIL:
        written = canonical({**payload, "detail": {"left_out": f"{size} characters"}})
    return Entry(at=at, actor_kind=kind, actor_id=identity, payload=written, **shared)


def entries_made() -> int:
    """How many entries the running code has made so far: for whoever wants to know whether something made any."""
    return _made.get()


def _of_request() -> dict[str, str]:
    scope = current_scope()
    if scope is None:
        return {"request_id": "", "route": "", "method": ""}
    scope.recorded = True
    request = scope.request
    return {
        "request_id": request_id(request),
        "route": printable(route_of(request), _MAX_ROUTE),
        "method": printable(request.method or "", 16),
    }
