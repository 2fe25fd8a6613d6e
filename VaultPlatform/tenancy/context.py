"""Which organisation the running code works for: one context variable, and the ways to set it."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from VaultPlatform.tenancy.exceptions import NoOrganisation

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """One tenant, as code carries it about."""

    #: Name in the `Org` header; may be changed.
    slug: str
    #: Name of its storage; never changes, and outlives the slug.
    key: str
    #: Name for people.
    name: str
    #: "active" or "suspended".
    status: str = "active"


_current: ContextVar[Organisation | None] = ContextVar("vault_organisation", default=None)


def current_or_none() -> Organisation | None:
    """The current organisation, or None outside of any."""
    return _current.get()


def current() -> Organisation:
    """The current organisation. Raises NoOrganisation outside of any."""
    organisation = _current.get()
    if organisation is None:
        raise NoOrganisation
    return organisation


@contextmanager
def use(organisation: Organisation) -> Iterator[Organisation]:
    """Make `organisation` the current one inside the block; the one before comes back after it."""
    token = _current.set(organisation)
    try:
        yield organisation
    finally:
        _current.reset(token)


def propagate(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, to be run elsewhere (in a thread) for the organisation that is current now.

    Database connections which that thread did not have before are closed when `function` returns, so a thread that
    ends leaves none behind. Raises NoOrganisation if there is none to carry.
    """
    organisation = current()

    @functools.wraps(function)
    def carried(*args: P.args, **kwargs: P.kwargs) -> R:
        with use(organisation), _connections_left_as_found():
            return function(*args, **kwargs)

    return carried


@contextmanager
def _connections_left_as_found() -> Iterator[None]:
    from django.db import connections

    open_before = {c.alias for c in connections.all(initialized_only=True) if c.connection is not None}
    try:
        yield
    finally:
        for connection in connections.all(initialized_only=True):
            if connection.alias not in open_before:
                connection.close()
