"""Run inside a site with every shipped plugin on: what activity costs, and all that the site then has.

Argument: the organisation. Prints JSON on one line: routes, workflows, and costs, each as [organisation's, site's].
"""

import json
import sys
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import django
from django.test.utils import setup_test_environment

django.setup()
setup_test_environment()  # the clients of tests call the site by a name of their own

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402

from Plugins.Activity_Plugin.bll.Activity.service import activity_entry_service  # noqa: E402
from tests.clients import Clients, sign_in, statements  # noqa: E402
from tests.integration.budgets.routes import routes  # noqa: E402
from tests.integration.workflows.registered import workflows  # noqa: E402
from VaultPlatform import tenancy  # noqa: E402

MANY = 100
QUERIES = ("", "&kind=created", f"&entity_id={uuid4()}")


def cost(call: Callable[[], Any]) -> list[int]:
    """What a request costs that succeeds."""
    with statements() as counted:
        response = call()
        used = counted()
    assert getattr(response, "status_code", 200) < 300, response.content
    return [used["default"], used["control"]]


def lists() -> dict[str, Any]:
    """How many entries the administrator is shown, and what each query costs, asked by role."""
    path = "/vault/activity?limit=200"
    return {
        "shown": len(admin.get(path).json()["results"]),
        "costs": [
            cost(lambda query=query, asking=asking: asking.get(path + query))
            for query in QUERIES
            for asking in (admin, reader)
        ],
    }


def events() -> dict[str, list[int]]:
    """What is done costs with the entries that are written of it."""
    file = SimpleUploadedFile("a.txt", b"content", "text/plain")
    upload = cost(lambda: admin.post("/vault/documents", {"file": file}, format="multipart"))
    (document,) = admin.get("/vault/documents").json()["results"]
    path = f"/vault/documents/{document['id']}"
    return {
        "sign-in": cost(lambda: sign_in(busy, admin.username)),
        "upload": upload,
        "archiving": cost(lambda: admin.post(f"{path}/archive")),
        "reading": cost(lambda: admin.get(path)),
    }


busy = tenancy.get_organisation(sys.argv[1])
with tenancy.use(busy):
    clients = Clients()
    admin, reader = clients.client_for(busy), clients.client_for(busy, "reader")
    few = lists()
    activity_entry_service.bulk_create(
        {"kind": "created", "entity_type": "Document", "entity_id": str(uuid4())} for _ in range(MANY)
    )
    many = lists()
    print(
        json.dumps(
            {"routes": routes(), "workflows": workflows(), "few": few, "many": many, "events": events()}
        )
    )
