"""Which organisation the running code works for: one context variable, and the ways to set it."""

import functools
import inspect
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, TypeVar, cast

from VaultPlatform.tenancy.exceptions import NoOrganisation

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """One tenant, as code carries it about."""

    #: Name in the `Org` header; may be changed.
    slug: str
    #: Name of its storage; never changes, and outlives the slug.
    key: str
    #: Name for people.
    name: str
    #: "active", "suspended", or a state of coming or going: see `VaultPlatform.tenancy.states`.
    status: str = "active"
    #: When it may be removed for good; None for one that goes on living.
    delete_after: datetime | None = None
    #: Label of its own database among Database.organisations; empty for one that is in the site's.
    database: str = ""
    #: Whether its database is at the state of this process's code; if not, it cannot be served.
    migrated: bool = True


@dataclass(frozen=True, eq=False)
class Entered:
    """One entry of an organisation, or of the outside of all; told from every other entry of the same one."""

    organisation: Organisation | None
    outer: "Entered | None"


_current: ContextVar[Entered | None] = ContextVar("vault_organisation", default=None)


#: The entry that is current; whoever asks very often compares it with the one before.
current_entry = _current.get


def current_or_none() -> Organisation | None:
    """The current organisation, or None outside of any."""
    entered = _current.get()
    return None if entered is None else entered.organisation


def current() -> Organisation:
    """The current organisation. Raises NoOrganisation outside of any."""
    entered = _current.get()
    if entered is None or entered.organisation is None:
        raise NoOrganisation
    return entered.organisation


class _Block(AbstractContextManager[T]):
    """A block with another organisation, or with none; `value` is what it gives to `as`."""

    def __init__(self, organisation: Organisation | None, value: T) -> None:
        self._organisation, self._value = organisation, value

    def __enter__(self) -> T:
        self._entered = Entered(self._organisation, _current.get())
        _current.set(self._entered)
        return self._value

    def __exit__(self, *_: object) -> None:
        if _is_inside(self._entered):
            _current.set(self._entered.outer)


def use(organisation: Organisation) -> AbstractContextManager[Organisation]:
    """Make `organisation` the current one inside the block; the one before comes back after it.

    A block that is left late, as that of a generator which is thrown away half-way, changes nothing any more.
    """
    return _Block(organisation, organisation)


def outside() -> AbstractContextManager[None]:
    """Inside the block there is no current organisation, as for what is done to the site."""
    return _Block(None, None)


def _is_inside(entered: Entered) -> bool:
    """Whether what runs now is still inside that entry, however deep."""
    here = _current.get()
    while here is not None and here is not entered:
        here = here.outer
    return here is entered


def propagate(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, to be run elsewhere (in a thread, another event loop) for the organisation that is current now.

    Database connections which that thread did not have before are closed when `function` returns, so a thread that
    ends leaves none behind. A coroutine function gives a coroutine function. Raises NoOrganisation if there is no
    organisation to carry, TypeError for a generator function, whose body would run after the organisation was left.
    """
    organisation = current()
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(
            f"{function.__qualname__} is a generator: its body runs while it is iterated over, when the organisation"
            " has been left again. Propagate the function that iterates, or let this one return a list."
        )
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*args: P.args, **kwargs: P.kwargs) -> Any:
            with use(organisation):
                return await function(*args, **kwargs)

        return cast("Callable[P, R]", awaited)

    @functools.wraps(function)
    def carried(*args: P.args, **kwargs: P.kwargs) -> R:
        with use(organisation), _connections_left_as_found():
            return function(*args, **kwargs)

    return carried


def inside(organisation: Organisation, items: Iterable[T]) -> Iterator[T]:
    """`items`, each made with `organisation` as the current one, which it is not for whoever takes them."""
    iterator, done = iter(items), object()
    while True:
        with use(organisation):
            item = next(iterator, done)
        if item is done:
            return
        yield cast("T", item)


async def inside_async(organisation: Organisation, items: AsyncIterable[T]) -> AsyncIterator[T]:
    """As `inside`, of what is made asynchronously."""
    iterator, done = aiter(items), object()
    while True:
        with use(organisation):
            item = await anext(iterator, done)
        if item is done:
            return
        yield cast("T", item)


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
