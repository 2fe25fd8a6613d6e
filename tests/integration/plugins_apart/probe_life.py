"""Run inside a site, once in each part of a plugin's life in 3 of 20 organisations. Prints what it finds.

Arguments: the administrators' password, and the part.
"""

import json
import sys
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from VaultPlatform.testing.quickly import find_static_files_once, hash_quickly  # noqa: E402

PASSWORD, PART = sys.argv[1], sys.argv[2]


def made() -> None:
    """Before the plugin is there: the organisations."""
    for number in range(20):
        call_command("create_org", f"org-{number:02}", "--admin", "root", "--password", PASSWORD, verbosity=0)


def first() -> dict[str, Any]:
    """It was enabled, and is off unless somebody says otherwise."""
    from probe_organisations import CHOSEN, app

    members = _members()
    found = {"by_default": _seen(members), "switched": [members[slug].switch("enable") for slug in CHOSEN]}
    found["used"] = {slug: member.used() for slug, member in members.items()}
    found["sent_to"] = app.tasks["vault.send_to_each"].run("notary.note", ["scheduled"])
    found["worked"] = {slug: member.work() for slug, member in members.items()}
    found["enabled"] = _seen(members)
    found["off"] = [members[slug].switch("disable") for slug in CHOSEN]
    found["used_while_off"] = [members[slug].used() for slug in CHOSEN]
    found["disabled"] = _seen(members)
    found["on_again"] = [members[slug].switch("enable") for slug in CHOSEN]
    return {**found, "again": _seen(members)}


def reinstalled() -> dict[str, Any]:
    """It was uninstalled, with its rows kept, and installed and enabled again."""
    return _seen(_members())


def gone() -> dict[str, Any]:
    """There is no such plugin any more."""
    from rest_framework.test import APIClient

    found = {}
    for number in range(20):
        client = APIClient(SERVER_NAME="localhost", headers={"Org": f"org-{number:02}"})
        token = client.post("/vault/auth/token", {"username": "root", "password": PASSWORD}).json()["access"]
        found[f"org-{number:02}"] = [
            client.get(path, headers={"Authorization": f"JWT {token}"}).status_code
            for path in ("/vault/notary", "/vault/plugins/Notary_Plugin", "/vault/documents")
        ]
    return found


def _members() -> dict[str, Any]:
    from probe_organisations import SLUGS, Member

    return {slug: Member(slug, is_new=False) for slug in SLUGS}


def _seen(members: dict[str, Any]) -> dict[str, Any]:
    """In each organisation: what the route answers, the rows of the plugin, and its tasks."""
    return {
        slug: [member.client.get("/vault/notary").status_code, member.heard(), member.tasks()]
        for slug, member in members.items()
    }


if __name__ == "__main__":
    hash_quickly()
    find_static_files_once()
    print(json.dumps({"made": made, "first": first, "reinstalled": reinstalled, "gone": gone}[PART]()))
