"""Who acts: one context variable, set by whoever lets somebody in, read when an entry is made."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import PurePath

#: Kinds of actors: people, programs with a key, commands at a shell, the site itself, and nobody that is known.
KINDS = frozenset({"user", "operator", "api_key", "command", "system", "anonymous"})


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who is entered as having acted."""

    #: One of KINDS.
    kind: str
    id: str = ""
    #: As it was at the time, for people.
    name: str = ""


SYSTEM = Actor(kind="system", name="system")
ANONYMOUS = Actor(kind="anonymous")

_actor: ContextVar[Actor | None] = ContextVar("vault_actor", default=None)


def current_actor() -> Actor | None:
    """Who was said to act, or None."""
    return _actor.get()


@contextmanager
def use_actor(kind: str, id: object = "", name: str = "") -> Iterator[Actor]:  # noqa: A002  # what it is
    """Enter what is recorded inside the block as done by this actor. Raises ValueError for an unknown kind."""
    if kind not in KINDS:
        raise ValueError(f"There is no kind of actor {kind!r}; use one of {', '.join(sorted(KINDS))}.")
    actor = Actor(kind=kind, id=str(id), name=name)
    token = _actor.set(actor)
    try:
        yield actor
    finally:
        _actor.reset(token)


def command_actor() -> AbstractContextManager[Actor]:
    """`use_actor` for a management command: the command, and the account of the machine that runs it."""
    command = next((word for word in sys.argv[1:] if not word.startswith("-")), PurePath(sys.argv[0]).name)
    return use_actor("command", command, _account())


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in containers
        return ""
