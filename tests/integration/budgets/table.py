"""What each route may cost, in statements by database: a route that is not in here fails a test.

One statement of each is who asks: the member's session, or the operator. What requests of a route may cost more than
the plain one is tested with their feature.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.clients import PASSWORD, delivered
from tests.integration.budgets import stage as make
from tests.integration.budgets.stage import Stage
from tests.integration.runs_rest import stage as runs
from VaultPlatform.audit.service import site_audit_entry_service
from VaultPlatform.host.switching import switch_hook_off

ADDRESS = {"target_url": "https://example.org/", "title": "a page"}
#: A list of what the process knows: there are no rows to grow.
IN_MEMORY = "in memory"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a request sends and costs. Parameters of the path are ids of things that are made for it."""

    #: Statements on the organisation's database; by engine where they differ.
    org: int | Mapping[str, int]
    #: Statements on the site's database; by engine where they differ.
    site: int | Mapping[str, int] = 0
    #: Whether an entry of the organisation's audit chain comes with it, which costs as much more as AUDITED says.
    audited: bool = False
    status: int = 200
    body: Callable[[Stage], Any] | None = None
    #: What has to have happened before, of the path.
    first: Callable[[Stage, str], Any] | None = None
    #: Whose request it is, if it is not the administrator's or the operator's.
    client: Callable[[Stage], Any] | None = None
    #: What adds a hundred rows; every list has one, and it costs the same after that.
    grow: Callable[[Stage, str], Any] | str | None = None
    #: Of what it reads everything, a statement a portion: the number of rows is other tests' doing.
    read_in_portions: Any = None
    #: More of the query, where a list shows what other tests have left, too.
    query: str = ""
    #: Parameters of the path that are not those of things which are there.
    parameters: Mapping[str, Callable[[Stage], str]] = field(default_factory=dict)


def _archived(stage: Stage, path: str) -> None:
    assert stage.admin.post(path.replace("restore", "archive")).status_code == 200


def _suspended(stage: Stage, path: str) -> None:
    assert stage.operator.post(path.replace("resume", "suspend")).status_code == 200


def _disabled(stage: Stage, path: str) -> None:
    assert stage.admin.post(path.replace("enable", "disable")).status_code == 200


def _forbidden(stage: Stage) -> dict[str, Any]:
    return {"organisation": stage.org.slug, "allowed": False}


def _switched_off(stage: Stage, path: str) -> None:
    plugin, hook = path.split("/")[-4], path.split("/")[-2]
    assert switch_hook_off(plugin, hook, stage.org, reason="it failed")


def _here(stage: Stage) -> dict[str, Any]:
    return {"organisation": stage.org.slug}


def _user(stage: Stage) -> dict[str, Any]:
    return {"username": "ann", "password": PASSWORD}


def _me(stage: Stage) -> dict[str, Any]:
    return {"username": stage.admin.username, "password": PASSWORD}


def _same_password(stage: Stage) -> dict[str, Any]:
    return {"old_password": PASSWORD, "password": PASSWORD}


def _role(_: Stage) -> dict[str, Any]:
    return {"name": "clerk", "permissions": ["documents.read"]}


def _operator(stage: Stage) -> dict[str, Any]:
    return {"username": stage.operator.username, "password": PASSWORD}


#: Of an organisation's row: who asks, the run before and after it, the row before and locked, the change, and the
#: site's entry; and its own.
#: What is asked of the supervisor is a run of the site.
INSTALLED = {"sqlite": 6, "postgresql": 7}
ASKED: dict[str, Any] = {"org": 0, "site": 6, "status": 202}
CHANGE: dict[str, Any] = {"org": {"sqlite": 3, "postgresql": 1}, "site": {"sqlite": 10, "postgresql": 9}}
#: What is said of a plugin is in the site's database; that it was said, in the organisation's too.
SWITCHED: dict[str, Any] = {"org": 2, "site": 9, "audited": True}
BUDGETS = {
    "POST auth/token": Budget(org=3, site=2, audited=True, body=_me),
    "POST auth/refresh": Budget(org=2, audited=True, body=lambda stage: {"refresh": stage.pair()["refresh"]}),
    "POST auth/logout": Budget(org=2, audited=True, status=204, client=lambda stage: stage.with_token()),
    "GET auth/me": Budget(org=1),
    "POST auth/password": Budget(
        org=4, site=2, audited=True, status=204, body=_same_password, client=lambda stage: stage.with_token()
    ),
    # The tests' site has no provider; what signing in through one costs is tested with it.
    "POST auth/oidc/start": Budget(org=0, status=404),
    "POST auth/oidc/finish": Budget(org=0, status=404, body=lambda _: {"code": "x", "state": "y"}),
    "GET auth/sessions": Budget(org=3, grow=make.many_sessions),
    "DELETE auth/sessions/<session_id>": Budget(org=3, audited=True, status=204),
    "GET api-keys": Budget(org=3, first=lambda stage, _: stage.a_key_id(), grow=make.many_keys),
    "POST api-keys": Budget(org=2, audited=True, status=201, body=lambda stage: stage.new_key()),
    "DELETE api-keys/<key_id>": Budget(org=2, audited=True, status=204),
    "GET permissions": Budget(org=1, grow=IN_MEMORY),
    "GET roles": Budget(org=3, first=lambda stage, _: stage.a_role(), grow=make.many_roles),
    "POST roles": Budget(org=2, audited=True, status=201, body=_role),
    "GET roles/<name>": Budget(org=2, parameters={"name": lambda stage: stage.a_role()}),
    "PATCH roles/<name>": Budget(
        org=3,
        audited=True,
        parameters={"name": lambda stage: stage.a_role()},
        body=lambda _: {"permissions": []},
    ),
    "DELETE roles/<name>": Budget(
        org=4, audited=True, status=204, parameters={"name": lambda stage: stage.a_role()}
    ),
    "GET users/<user_id>/sessions": Budget(org=4, grow=make.many_sessions),
    "DELETE users/<user_id>/sessions": Budget(org=3, audited=True, status=204),
    "POST site/logout": Budget(org=0, site=7, status=204, client=lambda stage: stage.another_operator()),
    "GET audit": Budget(org=3, grow=make.many_entries),
    "GET audit/verify": Budget(org=4, site=1),
    "GET audit/export": Budget(org=2),
    "GET site/audit": Budget(
        org=0,
        site=3,
        first=lambda stage, _: make.many_site_entries(stage, "", count=1),
        grow=make.many_site_entries,
        query=f"&entity_type={make.GROWN}",
    ),
    "GET site/audit/verify": Budget(org=0, site=4, read_in_portions=site_audit_entry_service),
    "GET users": Budget(org=4, grow=make.many_users),
    "POST users": Budget(org=4, audited=True, status=201, body=_user),
    "GET users/<user_id>": Budget(org=3),
    "PATCH users/<user_id>": Budget(org=4, audited=True, body=lambda _: {"email": "a@example.org"}),
    "DELETE users/<user_id>": Budget(org=11, audited=True, status=204),
    "GET groups": Budget(org=4, first=lambda stage, _: stage.a_group_id(), grow=make.many_groups),
    "POST groups": Budget(org=3, audited=True, status=201, body=lambda _: {"name": "All"}),
    "GET groups/<group_id>": Budget(org=3),
    "PATCH groups/<group_id>": Budget(org=4, audited=True, body=lambda _: {"name": "All"}),
    "DELETE groups/<group_id>": Budget(org=6, audited=True, status=204),
    "GET documents": Budget(org=3, first=lambda stage, _: stage.a_document_id(), grow=make.many_documents),
    "POST documents": Budget(  # the run, before the bytes are stored
        org=4, audited=True, status=201, body=lambda stage: stage.upload()
    ),
    "GET documents/<document_id>": Budget(org=2),
    "PATCH documents/<document_id>": Budget(org=4, audited=True, body=lambda _: {"title": "x"}),
    "DELETE documents/<document_id>": Budget(org=5 + delivered(1), audited=True, status=204),
    "POST documents/<document_id>/archive": Budget(org=5 + delivered(1), audited=True),
    "POST documents/<document_id>/restore": Budget(org=4, audited=True, first=_archived),
    "GET documents/<document_id>/content": Budget(org=2),
    "GET documents/<document_id>/versions": Budget(org=3, grow=make.many_versions),
    "GET documents/<document_id>/versions/<number>": Budget(org=2),
    "GET documents/<document_id>/versions/<number>/content": Budget(org=2),
    "GET plugins": Budget(org=1, grow=IN_MEMORY),
    "GET plugins/<name>": Budget(org=1),
    "POST plugins/<name>/enable": Budget(**SWITCHED, first=_disabled),
    "POST plugins/<name>/disable": Budget(**SWITCHED),
    "POST site/token": Budget(org=0, site=6, body=_operator),
    "GET site/organisations": Budget(org=0, site=2, grow=make.many_organisations),
    "POST site/organisations": Budget(
        org={"sqlite": 6, "postgresql": 4},
        site={"sqlite": 11, "postgresql": 40},
        status=201,
        body=lambda stage: stage.new_organisation(),
    ),
    "GET site/organisations/<slug>": Budget(org=0, site=1),
    "PATCH site/organisations/<slug>": Budget(**CHANGE, body=lambda _: {"name": "New"}),
    "DELETE site/organisations/<slug>": Budget(**CHANGE),
    "POST site/organisations/<slug>/suspend": Budget(**CHANGE),
    "POST site/organisations/<slug>/resume": Budget(**CHANGE, first=_suspended),
    "GET site/organisations/<slug>/export": Budget(
        org={"sqlite": 28, "postgresql": 27}, site={"sqlite": 6, "postgresql": 5}
    ),
    "POST site/organisations/<slug>/import": Budget(
        org={"sqlite": 29, "postgresql": 34},
        site={"sqlite": 13, "postgresql": 42},
        status=201,
        parameters={"slug": lambda stage: stage.a_new_slug()},
        body=lambda stage: stage.archive(),
    ),
    "GET site/plugins": Budget(org=0, site=1, grow=IN_MEMORY),
    "GET site/plugins/<name>": Budget(org=0, site=2),
    "GET site/plugins/<name>/organisations": Budget(org=0, site=2, grow=make.many_organisations),
    "POST site/plugins/<name>/organisations": Budget(
        org={"sqlite": 3, "postgresql": 1}, site={"sqlite": 15, "postgresql": 14}, body=_forbidden
    ),
    "POST site/plugins/<name>/hooks/<hook>/lift": Budget(
        org=0,
        site=16,
        first=_switched_off,
        body=_here,
        parameters={"hook": lambda _: "on_entity_archived"},
    ),
    "POST site/plugins/<name>/enable": Budget(**ASKED, body=lambda _: {}, first=make.served),
    "POST site/plugins/<name>/disable": Budget(**ASKED, body=lambda _: {}, first=make.served),
    "POST site/plugins/install": Budget(org=0, site=INSTALLED, status=201, body=make.a_package),
    "POST site/plugins/update": Budget(**ASKED, body=make.another_version, first=make.served),
    # A process of its own counts the rows, and a lock is held on PostgreSQL meanwhile.
    "GET site/plugins/<name>/uninstall": Budget(org=0, site={"sqlite": 1, "postgresql": 2}),
    "POST site/plugins/<name>/uninstall": Budget(**ASKED, body=lambda _: {"rows": "keep"}, first=make.served),
    "GET site/activations": Budget(org=0, site=1, grow=IN_MEMORY),
    "GET site/activations/<activation>": Budget(
        org=0, site=1, status=404, parameters={"activation": lambda _: "none"}
    ),
    "GET site/hooks": Budget(org=0, site=1, grow=IN_MEMORY),
    # What the organisations cost that it visits is tested with it.
    "GET /metrics": Budget(org=2, site=5, first=runs.alone_at_work),
    "GET runs": Budget(org=3, first=runs.a_run, grow=runs.many_runs),
    "GET runs/deliveries": Budget(org=3, first=runs.an_event, grow=runs.many_events),
    "POST runs/deliveries/<delivery_id>/replay": Budget(
        **runs.entered(2, site=1), parameters={"delivery_id": runs.a_lost_event}
    ),
    "GET runs/<run_id>": Budget(org=2, parameters=runs.STUCK),
    "POST runs/<run_id>/cancel": Budget(**runs.entered(5), parameters=runs.RUNNING),
    "POST runs/<run_id>/retry": Budget(**runs.entered(7), first=runs.owned, parameters=runs.STUCK),
    "POST runs/<run_id>/settle": Budget(**runs.entered(4), parameters=runs.STUCK, body=runs.settlement),
    # Of the site's own runs; what those of an organisation cost is tested with them.
    "GET site/runs": Budget(
        org=0, site=3, first=runs.a_site_run, grow=runs.many_site_runs, query=f"&name={runs.GROWN}"
    ),
    "GET site/runs/deliveries": Budget(org=0, site=1, grow=IN_MEMORY),
    "POST site/runs/deliveries/<delivery_id>/replay": Budget(
        org=0, site=1, status=404, parameters={"delivery_id": lambda _: "1"}
    ),
    "GET site/runs/<run_id>": Budget(org=0, site=2, parameters=runs.SITE_STUCK),
    "POST site/runs/<run_id>/cancel": Budget(org=0, site=8, parameters=runs.SITE_RUNNING),
    "POST site/runs/<run_id>/retry": Budget(org=0, site=10, first=runs.owned, parameters=runs.SITE_STUCK),
    "POST site/runs/<run_id>/settle": Budget(org=0, site=7, parameters=runs.SITE_STUCK, body=runs.settlement),
    "GET health/live": Budget(org=0),
    "GET health/ready": Budget(org=0, site=1),
    "GET api/schema": Budget(org=0),
    "GET api/swagger/": Budget(org=0),
    "GET bookmarks": Budget(org=3, first=lambda stage, _: stage.a_bookmark_id(), grow=make.many_bookmarks),
    "POST bookmarks/share": Budget(org=3, audited=True, status=201, body=lambda _: ADDRESS),
    "GET bookmarks/<bookmark_id>": Budget(org=2),
    "DELETE bookmarks/<bookmark_id>": Budget(org=3, audited=True, status=204),
}
