"""What is sent to each route of the site in the tenant matrix: a route that is not in here fails the test."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

if TYPE_CHECKING:
    from tests.acceptance.attacks.matrix.organisations import Tenant

Body = Callable[["Tenant"], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """How a route is asked."""

    #: Whose thing a parameter of the path stands for, by name of the parameter; else the one of the same name.
    parameters: dict[str, str] = field(default_factory=dict)
    #: A body that names things of the organisation where it can.
    body: Body | None = None
    #: Whether its own members see something of their organisation's in the answer.
    shows: bool = False
    #: Whether what is shown stays as it is while others attack.
    stays: bool = True
    #: Whether it repeats what its own members have asked for before, and been denied.
    repeats: bool = False
    #: Whether everybody may ask; a body is the asker's own then.
    is_open: bool = False
    #: Of an open route: how it answers that body in another organisation.
    elsewhere: tuple[int, ...] = ()
    #: Whether it ends the session of whoever asks.
    ends_session: bool = False


def upload(_: "Tenant") -> dict[str, Any]:
    """A form with a file."""
    return {"file": SimpleUploadedFile("attack.txt", b"attack", "text/plain"), "title": "attack"}


def sign_in(tenant: "Tenant") -> dict[str, Any]:
    """The name and password of the organisation's administrator, which fit no other."""
    return {"username": tenant.username, "password": tenant.password}


def _refresh(tenant: "Tenant") -> dict[str, Any]:
    return {"refresh": tenant.refresh}


def _members(tenant: "Tenant") -> dict[str, Any]:
    return {"name": "attack", "members": [tenant.things["user_id"]]}


def _bookmark(tenant: "Tenant") -> dict[str, Any]:
    return {"target_url": f"/vault/documents/{tenant.things['document_id']}", "title": "attack"}


def _key(_: "Tenant") -> dict[str, Any]:
    return {"name": "attack", "permissions": ["documents.read"], "expires_at": "2030-01-01T00:00:00Z"}


def _user(tenant: "Tenant") -> dict[str, Any]:
    groups = [int(tenant.things["group_id"])]
    return {"username": tenant.things["username"], "password": "seven green umbrellas", "groups": groups}


def _role(tenant: "Tenant") -> dict[str, Any]:
    return {"name": tenant.things["role"], "permissions": ["documents.read"]}


def _settlement(_: "Tenant") -> dict[str, Any]:
    return {"outcome": "completed", "note": "attack"}


READ = Sample(shows=True)
LISTED = Sample(shows=True, stays=False)
TRAIL = Sample(shows=True, stays=False, repeats=True)
SILENT = Sample()
SITE = Sample(parameters={"slug": "slug", "name": "plugin"})

SAMPLES: dict[str, Sample] = {
    "GET /metrics": SITE,
    "GET activity": TRAIL,
    "GET api-keys": READ,
    "POST api-keys": Sample(body=_key),
    "DELETE api-keys/<key_id>": SILENT,
    "GET api/schema": Sample(is_open=True),
    "GET api/swagger/": Sample(is_open=True),
    "GET audit": TRAIL,
    "GET audit/export": TRAIL,
    "GET audit/verify": SILENT,
    "POST auth/logout": Sample(ends_session=True),
    "GET auth/me": LISTED,
    "POST auth/oidc/finish": Sample(body=lambda _: {"state": "attack", "code": "attack"}, is_open=True),
    "POST auth/oidc/start": Sample(is_open=True),
    "POST auth/password": Sample(body=lambda tenant: {"old_password": tenant.password, "password": "x"}),
    "POST auth/refresh": Sample(body=_refresh, is_open=True, elsewhere=(401, 403), ends_session=True),
    "GET auth/sessions": LISTED,
    "DELETE auth/sessions/<session_id>": SILENT,
    "POST auth/token": Sample(body=sign_in, is_open=True, elsewhere=(401, 429), ends_session=True),
    "GET bookmarks": READ,
    "GET bookmarks/<bookmark_id>": READ,
    "DELETE bookmarks/<bookmark_id>": SILENT,
    "POST bookmarks/share": Sample(body=_bookmark),
    "GET documents": READ,
    "POST documents": Sample(body=upload),
    "GET documents/<document_id>": READ,
    "PATCH documents/<document_id>": Sample(body=lambda _: {"title": "attack"}),
    "DELETE documents/<document_id>": SILENT,
    "POST documents/<document_id>/archive": SILENT,
    "GET documents/<document_id>/content": READ,
    "POST documents/<document_id>/restore": SILENT,
    "GET documents/<document_id>/versions": READ,
    "GET documents/<document_id>/versions/<number>": READ,
    "GET documents/<document_id>/versions/<number>/content": READ,
    "GET groups": READ,
    "POST groups": Sample(body=_members),
    "GET groups/<group_id>": READ,
    "PATCH groups/<group_id>": Sample(body=_members),
    "DELETE groups/<group_id>": SILENT,
    "GET health/live": Sample(is_open=True),
    "GET health/ready": Sample(is_open=True),
    "GET permissions": SILENT,
    "GET plugins": SILENT,
    "GET plugins/<name>": Sample(parameters={"name": "plugin"}),
    "POST plugins/<name>/disable": Sample(parameters={"name": "plugin"}),
    "POST plugins/<name>/enable": Sample(parameters={"name": "plugin"}),
    "GET roles": READ,
    "POST roles": Sample(body=_role),
    "GET roles/<name>": Sample(parameters={"name": "role"}, shows=True),
    "PATCH roles/<name>": Sample(parameters={"name": "role"}, body=lambda _: {"description": "attack"}),
    "DELETE roles/<name>": Sample(parameters={"name": "role"}),
    "GET runs": LISTED,
    "GET runs/<run_id>": READ,
    "POST runs/<run_id>/cancel": SILENT,
    "POST runs/<run_id>/retry": SILENT,
    "POST runs/<run_id>/settle": Sample(body=_settlement),
    "GET runs/deliveries": READ,
    "POST runs/deliveries/<delivery_id>/replay": SILENT,
    "GET site/audit": SITE,
    "GET site/audit/verify": SITE,
    "GET site/hooks": SITE,
    "POST site/logout": SITE,
    "GET site/organisations": SITE,
    "POST site/organisations": Sample(body=lambda tenant: {"slug": tenant.slug}),
    "GET site/organisations/<slug>": SITE,
    "PATCH site/organisations/<slug>": Sample(body=lambda _: {"name": "attack"}),
    "DELETE site/organisations/<slug>": SITE,
    "GET site/organisations/<slug>/export": SITE,
    "POST site/organisations/<slug>/import": SITE,
    "POST site/organisations/<slug>/resume": SITE,
    "POST site/organisations/<slug>/suspend": SITE,
    "GET site/plugins": SITE,
    "GET site/plugins/<name>": SITE,
    "GET site/plugins/<name>/organisations": SITE,
    "POST site/plugins/<name>/organisations": Sample(
        parameters={"name": "plugin"}, body=lambda tenant: {"organisation": tenant.slug, "allowed": False}
    ),
    "POST site/plugins/<name>/hooks/<hook>/lift": Sample(
        parameters={"name": "plugin", "hook": "hook"}, body=lambda tenant: {"organisation": tenant.slug}
    ),
    "POST site/plugins/install": Sample(body=upload),
    "POST site/plugins/update": Sample(body=upload),
    "POST site/plugins/<name>/enable": Sample(body=lambda _: {}),
    "POST site/plugins/<name>/disable": Sample(body=lambda _: {}),
    "GET site/plugins/<name>/uninstall": SITE,
    "POST site/plugins/<name>/uninstall": Sample(body=lambda _: {"rows": "drop"}),
    "GET site/activations": SITE,
    "GET site/activations/<activation>": SITE,
    "GET site/runs": SITE,
    "GET site/runs/<run_id>": SITE,
    "POST site/runs/<run_id>/cancel": SITE,
    "POST site/runs/<run_id>/retry": SITE,
    "POST site/runs/<run_id>/settle": Sample(body=_settlement),
    "GET site/runs/deliveries": SITE,
    "POST site/runs/deliveries/<delivery_id>/replay": SITE,
    "POST site/token": Sample(body=sign_in, is_open=True),
    "GET users": READ,
    "POST users": Sample(body=_user),
    "GET users/<user_id>": READ,
    "PATCH users/<user_id>": Sample(body=lambda _: {"email": "attack@example.org"}),
    "DELETE users/<user_id>": SILENT,
    "GET users/<user_id>/sessions": LISTED,
    "DELETE users/<user_id>/sessions": SILENT,
}
