"""What each route may cost, in statements by database: a route that is not in here fails a test.

One statement of each is who asks: the member's session, or the operator. What requests of a route may cost more than
the plain one is tested with their feature.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.clients import PASSWORD
from tests.integration.budgets import stage as make
from tests.integration.budgets.stage import Stage

ADDRESS = {"target_url": "https://example.org/", "title": "a page"}
#: A list of what the process knows: there are no rows to grow.
IN_MEMORY = "in memory"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a request sends and costs. Parameters of the path are ids of things that are made for it."""

    #: Statements on the organisation's database.
    org: int
    #: Statements on the site's database; by engine where they differ.
    site: int | Mapping[str, int] = 0
    status: int = 200
    body: Callable[[Stage], Any] | None = None
    #: What has to have happened before, of the path.
    first: Callable[[Stage, str], Any] | None = None
    #: Whose request it is, if it is not the administrator's or the operator's.
    client: Callable[[Stage], Any] | None = None
    #: What adds a hundred rows; every list has one, and it costs the same after that.
    grow: Callable[[Stage, str], Any] | str | None = None


def _archived(stage: Stage, path: str) -> None:
    assert stage.admin.post(path.replace("restore", "archive")).status_code == 200


def _user(stage: Stage) -> dict[str, Any]:
    return {"username": "ann", "password": PASSWORD}


def _me(stage: Stage) -> dict[str, Any]:
    return {"username": stage.admin.username, "password": PASSWORD}


def _operator(stage: Stage) -> dict[str, Any]:
    return {"username": stage.operator.username, "password": PASSWORD}


BUDGETS = {
    "POST auth/token": Budget(org=2, site=1, body=_me),
    "POST auth/refresh": Budget(org=2, body=lambda stage: {"refresh": stage.pair()["refresh"]}),
    "POST auth/logout": Budget(org=2, status=204, client=lambda stage: stage.with_token()),
    "GET auth/me": Budget(org=1),
    "GET users": Budget(org=4, grow=make.many_users),
    "POST users": Budget(org=4, status=201, body=_user),
    "GET users/<user_id>": Budget(org=3),
    "PATCH users/<user_id>": Budget(org=4, body=lambda _: {"email": "a@example.org"}),
    "DELETE users/<user_id>": Budget(org=10, status=204),
    "GET groups": Budget(org=4, first=lambda stage, _: stage.a_group_id(), grow=make.many_groups),
    "POST groups": Budget(org=3, status=201, body=lambda _: {"name": "All"}),
    "GET groups/<group_id>": Budget(org=3),
    "PATCH groups/<group_id>": Budget(org=4, body=lambda _: {"name": "All"}),
    "DELETE groups/<group_id>": Budget(org=6, status=204),
    "GET documents": Budget(org=3, first=lambda stage, _: stage.a_document_id(), grow=make.many_documents),
    "POST documents": Budget(org=3, status=201, body=lambda stage: stage.upload()),
    "GET documents/<document_id>": Budget(org=2),
    "PATCH documents/<document_id>": Budget(org=4, body=lambda _: {"title": "x"}),
    "DELETE documents/<document_id>": Budget(org=5, status=204),
    "POST documents/<document_id>/archive": Budget(org=5),
    "POST documents/<document_id>/restore": Budget(org=4, first=_archived),
    "GET documents/<document_id>/content": Budget(org=2),
    "GET documents/<document_id>/versions": Budget(org=3, grow=make.many_versions),
    "GET documents/<document_id>/versions/<number>": Budget(org=2),
    "GET documents/<document_id>/versions/<number>/content": Budget(org=2),
    "GET plugins": Budget(org=1, grow=IN_MEMORY),
    "GET plugins/<name>": Budget(org=1),
    "POST site/token": Budget(org=0, site=2, body=_operator),
    "GET site/organisations": Budget(org=0, site=2, grow=make.many_organisations),
    "POST site/organisations": Budget(
        org=3, site={"sqlite": 3, "postgresql": 21}, status=201, body=lambda stage: stage.new_organisation()
    ),
    "GET site/organisations/<slug>": Budget(org=0, site=1),
    "GET site/plugins": Budget(org=0, site=1, grow=IN_MEMORY),
    "GET site/plugins/<name>": Budget(org=0, site=1),
    "GET site/hooks": Budget(org=0, site=1, grow=IN_MEMORY),
    "GET health/live": Budget(org=0),
    "GET health/ready": Budget(org=0, site=1),
    "GET api/schema": Budget(org=0),
    "GET api/swagger/": Budget(org=0),
    "GET bookmarks": Budget(org=3, first=lambda stage, _: stage.a_bookmark_id(), grow=make.many_bookmarks),
    "POST bookmarks/share": Budget(org=3, status=201, body=lambda _: ADDRESS),
    "GET bookmarks/<bookmark_id>": Budget(org=2),
    "DELETE bookmarks/<bookmark_id>": Budget(org=3, status=204),
}
