"""Every path that the site answers, with ids filled in: what an attacker would go through one by one."""

import re
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.urls import get_resolver

from VaultPlatform.host.routes import routes_of

VERBS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "MADEUP")
#: Declared open, on purpose; whoever opens another route says so here too.
OPEN = frozenset(
    {
        "/vault/auth/token",
        "/vault/auth/refresh",
        "/vault/auth/oidc/start",
        "/vault/auth/oidc/finish",
        "/vault/site/token",
        "/vault/health/live",
        "/vault/health/ready",
        "/vault/api/schema",
        "/vault/api/swagger/",
    }
)
_MADE_UP = str(uuid4())


def paths(*, uuid: str = _MADE_UP) -> list[str]:
    """All paths, with `uuid` wherever a route takes one; other parameters are made up."""

    def filled(parameter: "re.Match[str]") -> str:
        return {"uuid": uuid, "int": "1"}.get(parameter[1], "x")

    routes = routes_of(get_resolver(settings.ROOT_URLCONF).url_patterns)
    return sorted("/" + re.sub(r"<(\w+)>", filled, route) for route in routes if route.startswith("vault/"))


def closed_paths(*, uuid: str = _MADE_UP) -> list[str]:
    """Those of `paths` that nobody may use without a token."""
    return [path for path in paths(uuid=uuid) if path not in OPEN]


def refusal(response: Any) -> int:
    """The status of an error, whose shape is checked."""
    if response.content:  # HEAD has none
        assert {"msg", "code", "request_id"} <= response.json().keys(), response.content
    return int(response.status_code)
