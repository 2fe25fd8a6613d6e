"""Run inside a site: people use it over REST and then look at what it has written down of that.

Argument: the password of "root" in the organisations "busy" and "zeta". Prints what was seen as JSON, on one line.
"""

import json
import sys
import time
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from Plugins.Activity_Plugin.models import ActivityEntry  # noqa: E402
from tests.acceptance.activity.members import Member  # noqa: E402
from VaultPlatform import tenancy  # noqa: E402
from VaultPlatform.runs.sweep import sweep_once  # noqa: E402

PASSWORD = sys.argv[1]
STRANGER = Client(SERVER_NAME="localhost", headers={"Org": "busy"})
TABLE = connection.ops.quote_name(ActivityEntry._meta.db_table)


def live(root: Member) -> dict[str, str]:
    """A member joins and signs in, two documents go through all that can happen to them; the ids."""
    rita = {"username": "rita", "password": PASSWORD, "role": "reader"}
    user = root.send("post", "/vault/users", rita)["id"]
    Member(org="busy", username="rita", password=PASSWORD)
    document = f"/vault/documents/{(first := root.upload())}"
    root.send("patch", document, {"title": "b"})
    root.send("post", f"{document}/archive")
    root.send("post", f"{document}/restore")
    root.send("delete", document)
    root.send("post", f"{document}/restore")
    second = root.upload()
    return {"rita": user, "first": first, "second": second}


def refusals(root: Member, document: str) -> dict[str, Any]:
    """What is refused leaves no entry; what the list itself refuses."""
    assert root.ask("post", f"/vault/documents/{document}/restore")[0] == 409
    answers = {
        query: root.ask("get", f"/vault/activity?{query}")
        for query in ("limit=0", "offset=-1", "kind=danced", f"entity_id={'x' * 256}")
    }
    answers["nobody"] = (STRANGER.get("/vault/activity").status_code, {})
    return answers


def health() -> Any:
    """What the health page says of the plugin."""
    components = STRANGER.get("/vault/health/ready").json()["components"]
    return components["plugin:Activity_Plugin.recording"]["status"]


def trouble(root: Member, document: str) -> list[Any]:
    """The list's table is gone for a moment: what the page of health says before, meanwhile and after.

    What happened meanwhile is told again by the sweep, in its order.
    """
    seen = [health()]
    with tenancy.use(tenancy.get_organisation("busy")):
        _execute(f"ALTER TABLE {TABLE} RENAME TO elsewhere")
        seen += [root.ask("post", f"/vault/documents/{document}/archive")[0], health()]
        _execute(f"ALTER TABLE elsewhere RENAME TO {TABLE}")
    root.send("post", f"/vault/documents/{document}/restore")
    time.sleep(1.2)
    sweep_once()
    return [*seen, health()]


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


root = Member(org="busy", username="root", password=PASSWORD)
ids = {"root": root.id, **live(root)}
seen = {
    "ids": ids,
    "refused": refusals(root, ids["first"]),
    "everything": root.activity(),
    "pages": [root.activity(f"?limit=2&offset={offset}") for offset in (0, 2, 99)],
    "of_a_kind": root.activity("?kind=archived"),
    "of_an_entity": root.activity(f"?entity_id={ids['second']}"),
    "of_both": root.activity(f"?entity_id={ids['second']}&kind=deleted"),
    "of_rita": root.activity(f"?entity_id={ids['rita']}"),
    "elsewhere": Member(org="zeta", username="root", password=PASSWORD).activity(),
    "trouble": trouble(root, ids["second"]),
    "after_trouble": root.activity("?limit=2"),
}
reader = Member(org="busy", username="rita", password=PASSWORD)
seen["reader"] = {
    query: reader.activity(query) for query in ("?limit=200", "?kind=signed_in", f"?entity_id={ids['rita']}")
}
print(json.dumps(seen))
