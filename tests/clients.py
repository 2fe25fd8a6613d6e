"""What a request costs, counted; and the clients of the test kit, for those who make requests."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext

from VaultPlatform import tenancy
from VaultPlatform.tenancy import directory
from VaultPlatform.testing.clients import PASSWORD, Client, Clients, sign_in

__all__ = ["AUDITED", "PASSWORD", "Client", "Clients", "delivered", "sign_in", "statements"]

_ON_SQLITE = connections["default"].vendor == "sqlite"
#: What a run's entry in an organisation's audit trail and its row in the journal cost in statements by database. On
#: SQLite: the head, the entry, the head moved, the row, and the anchor in the site's database. On PostgreSQL all of it
#: is one message with the commit.
AUDITED = {"default": 4, "control": 1} if _ON_SQLITE else {"default": 1, "control": 0}


def delivered(events: int) -> int:
    """What it costs to deliver a run's events: on SQLite to write their rows, and to take them out.

    On PostgreSQL the one travels with COMMIT, and nobody waits for the other. `events` counts each of them for each of
    its listeners.
    """
    return 2 if _ON_SQLITE else 0


#: What PostgreSQL's backend sends ahead of a statement, in one message with it.
_AHEAD = re.compile(r"(BEGIN;)?(SET LOCAL search_path TO [^;]*(;|$))?")
#: What opens and closes transactions: no work of a route's own.
_FRAMING = re.compile(r"$|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE")


@contextmanager
def statements() -> Iterator[Callable[[], dict[str, int]]]:
    """Count the statements of the block: the value is a function that says how many by database, framing left out.

    The current organisation is known beforehand, as it is to a process that serves it.
    """
    with ExitStack() as stack:
        stack.enter_context(_organisation_known())
        captured = {
            alias: stack.enter_context(CaptureQueriesContext(connections[alias]))
            for alias in ("default", "control")
        }

        def counted() -> dict[str, int]:
            return {
                alias: sum(map(_is_work, context.captured_queries)) for alias, context in captured.items()
            }

        yield counted


@contextmanager
def _organisation_known() -> Iterator[None]:
    """However slow the block, no request in it looks its organisation up again."""
    organisation, ttl = tenancy.current_or_none(), directory.TTL_SECONDS
    directory.TTL_SECONDS = float("inf")
    try:
        if organisation is not None:
            directory.forget(organisation.slug)
            tenancy.get_organisation(organisation.slug)
            settings.PLUGIN_HOST.off_in(organisation)
        yield
    finally:
        directory.TTL_SECONDS = ttl
        if organisation is not None:
            directory.forget(organisation.slug)


def _is_work(query: dict[str, str]) -> bool:
    return not _FRAMING.match(_AHEAD.sub("", query["sql"], count=1))
