"""A program that looks into the site of its environment: `inside_a_site.py state`, `… members SLUG TOKEN NAME`."""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))


def state() -> dict[str, Any]:
    """Rows, contents, files and audit heads of every organisation, and whether the chains hold."""
    from tests.integration.organisations.held import everything
    from VaultPlatform import tenancy
    from VaultPlatform.audit.reading import OrganisationChain, SiteChain
    from VaultPlatform.audit.verification import verify

    found: dict[str, Any] = {}
    for organisation in tenancy.list_organisations():
        held = everything(organisation)
        with tenancy.use(organisation):
            report = verify(OrganisationChain())
        found[organisation.key] = {
            "slug": organisation.slug,
            "status": organisation.status,
            "rows": {name: [line.decode() for line in held[name]] for name in held if "." in name},
            "blobs": {digest: sha256(content).hexdigest() for digest, content in held["blobs"].items()},
            "files": {name: sha256(content).hexdigest() for name, content in held["files"].items()},
            "head": [report.head.seq, report.head.hash],
            "valid": report.valid,
        }
    return {"organisations": found, "site_valid": verify(SiteChain()).valid, "privileges": _privileges()}


def _privileges() -> list[list[str]]:
    """Who may do what with audit entries, by schema; SQLite knows no such thing."""
    from django.db import connections

    if connections["control"].vendor == "sqlite":
        return []
    with connections["control"].cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, c.relname, c.relacl::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relname IN ('audit_entry', 'site_audit_entry') ORDER BY 1"
        )
        return [list(row) for row in cursor.fetchall()]


def members(slug: str, token: str, name: str, password: str) -> dict[str, Any]:
    """What a member gets who comes with a token and a password from before."""
    from rest_framework.test import APIClient

    client = APIClient(headers={"Org": slug, "Authorization": token})
    listed = client.get("/vault/documents?limit=200")
    contents = {}
    for each in listed.json()["results"]:
        content = b"".join(client.get(f"/vault/documents/{each['id']}/content"))
        contents[each["version"]["sha256"]] = sha256(content).hexdigest()
    body = {"username": name, "password": password}
    return {
        "listed": listed.status_code,
        "contents": contents,
        "written": client.post("/vault/groups", {"name": "after the restore"}, format="json").status_code,
        "signed_in": APIClient(headers={"Org": slug})
        .post("/vault/auth/token", body, format="json")
        .status_code,
    }


def app_role_may_change_audit(slug: str) -> dict[str, Any]:
    """What comes of an attempt to change that organisation's entries."""
    from django.db import Error, connection

    from VaultPlatform import tenancy

    with tenancy.use(tenancy.get_organisation(slug)), connection.cursor() as cursor:
        try:
            cursor.execute("UPDATE audit_entry SET action = 'x'")
        except Error as error:
            return {"refused": str(error)}
    return {"refused": None}


def site_actions() -> list[str]:
    """What operators and commands did, oldest first."""
    from VaultPlatform.audit.service import site_audit_entry_service

    return list(site_audit_entry_service.filter().order_by("seq").values_list("action", flat=True))


if __name__ == "__main__":
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "NimbusVault.settings"
    django.setup()
    question, *arguments = sys.argv[1:]
    print(json.dumps(globals()[question](*arguments)))
