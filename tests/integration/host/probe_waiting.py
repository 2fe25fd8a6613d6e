"""Run inside a site in which a plugin's migrations may have failed: uses the core's users and a plugin that is well.

Prints what came of it as JSON.
"""

import json

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import Resolver404, resolve  # noqa: E402

from VaultModels.models import User  # noqa: E402
from VaultPlatform import tenancy  # noqa: E402
from VaultPlatform.tenancy.names import TEMPLATE  # noqa: E402


def has_route(path: str) -> bool:
    """Whether anything answers at `path`."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def tables() -> list[str]:
    """Tables of the plugin in the current organisation."""
    return [
        name for name in connection.introspection.table_names() if name.lower().startswith("migrationraises")
    ]


def user_life() -> int:
    """Create and delete a user; return how many rows of the core's users went."""
    return User.objects.create(username="brief").delete()[1]["VaultModels.User"]


acme = tenancy.get_organisation("acme")
assert acme is not None
with tenancy.use(acme):
    life, of_acme = user_life(), tables()
with tenancy.use(TEMPLATE):
    of_template = tables()
print(
    json.dumps(
        {
            "life": life,
            "tables": [of_template, of_acme],
            "witness": has_route("/vault/witness/ping"),
            "raises": has_route("/vault/migration-raises/notes"),
            "live": Client(SERVER_NAME="localhost").get("/vault/health/live").status_code,
            "on": list(settings.PLUGIN_HOST.loaded),
        }
    )
)
