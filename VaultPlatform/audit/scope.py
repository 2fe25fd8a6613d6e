"""What is known of the request that is being answered: who asks, by which route, and whether anything was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from VaultPlatform.audit.actors import ANONYMOUS, SYSTEM, Actor, current_actor
from VaultPlatform.tenancy.context import Organisation

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Kinds of principals that the gate lets in, by the label of their model.
_KINDS = {"VaultModels.User": "user", "control.Operator": "operator"}


@dataclass(kw_only=True)
class Scope:
    """One request."""

    request: HttpRequest
    #: The organisation that it is answered in, once that is known.
    organisation: Organisation | None = None
    #: Whether an entry has been made meanwhile.
    recorded: bool = False


_scope: ContextVar[Scope | None] = ContextVar("vault_audit_scope", default=None)


@contextmanager
def use_request(request: HttpRequest) -> Iterator[Scope]:
    """Enter what is recorded inside the block as done with this request."""
    scope = Scope(request=request)
    token = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(token)


def current_scope() -> Scope | None:
    """The request that is being answered, or None."""
    return _scope.get()


def acting() -> Actor:
    """Who acts: whoever `use_actor` named, else the principal of the request, else the site itself."""
    if (named := current_actor()) is not None:
        return named
    scope = _scope.get()
    return SYSTEM if scope is None else actor_of(scope.request) or ANONYMOUS


def actor_of(request: HttpRequest) -> Actor | None:
    """The principal that the gate let in with `request`, as an actor; None if there is none.

    The gate may say it itself, as `request.vault_actor`.
    """
    said: Actor | None = getattr(request, "vault_actor", None)
    if said is not None:
        return said
    principal = getattr(request, "vault_principal", None)
    return None if principal is None else actor_for(principal)


def actor_for(principal: object) -> Actor:
    """A member or an operator as an actor."""
    label = getattr(getattr(principal, "_meta", None), "label", "")
    return Actor(
        kind=_KINDS.get(label, "user"),
        id=str(getattr(principal, "pk", "")),
        name=str(getattr(principal, "username", "")),
    )


def route_of(request: HttpRequest) -> str:
    """The pattern of the route, which holds no ids and no secrets; empty for a path that leads nowhere."""
    match = getattr(request, "resolver_match", None)
    return "" if match is None else str(match.route)
