"""Clients that speak REST to the site as somebody who has really signed in, and a count of what a request costs."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from VaultManagement.Users.bll.service import user_service
from VaultPlatform import tenancy
from VaultPlatform.identity.service import operator_service
from VaultPlatform.tenancy import directory

PASSWORD = "a long enough password 42"
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


class Client(APIClient):
    """Sends its headers with every request; `id` and `username` are the principal's."""

    def __init__(self, *, id: str, username: str, headers: dict[str, str]) -> None:  # noqa: A002  # as in the API
        super().__init__(headers=headers)
        self.id, self.username = id, username


@dataclass(kw_only=True)
class Clients:
    """Makes clients, signing each principal in once."""

    _members: dict[tuple[str, str], Client] = field(default_factory=dict)

    def client_for(
        self, org: tenancy.Organisation, role: str = "administrator", username: str | None = None
    ) -> Client:
        """A client of the member `username` of `org`, who is created with `role` if there is none yet.

        Without a name it is the one member that this made up for the role.
        """
        username = username or f"the-{role}"
        key = (org.key, username)
        if key not in self._members:
            with tenancy.use(org):
                user = user_service.get(username=username) or user_service.create(
                    username=username, password=PASSWORD, role=role
                )
            access = sign_in(org, username)["access"]
            headers = {"Org": org.slug, "Authorization": f"JWT {access}"}
            self._members[key] = Client(id=str(user.pk), username=username, headers=headers)
        return self._members[key]

    def operator_client(self) -> Client:
        """A client of a new operator of the site."""
        operator = operator_service.create(username=f"operator-{uuid4().hex[:8]}", password="")
        operator.set_password(PASSWORD)
        operator_service.update(operator, password=operator.password)
        body = {"username": operator.username, "password": PASSWORD}
        response = APIClient().post("/vault/site/token", body)
        assert response.status_code == 200, response.content
        headers = {"Authorization": f"JWT {response.json()['access']}"}
        return Client(id=str(operator.pk), username=operator.username, headers=headers)


def sign_in(org: tenancy.Organisation, username: str, password: str = PASSWORD) -> dict[str, Any]:
    """What /vault/auth/token answers, which has to be 200."""
    body = {"username": username, "password": password}
    response = APIClient().post("/vault/auth/token", body, headers={"Org": org.slug})
    assert response.status_code == 200, response.content
    return dict(response.json())


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
