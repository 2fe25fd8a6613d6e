"""The trail over REST: for administrators theirs, for operators the site's."""

import hashlib
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils.timezone import now

from tests.clients import statements
from tests.integration.audit.trail import entries, head, sql, unguarded
from VaultPlatform import audit, tenancy
from VaultPlatform.audit import reading
from VaultPlatform.audit.service import audit_entry_service


@pytest.fixture
def vault(org, client_for):
    admin = client_for(org)
    with audit.use_actor("command", "tidy", "ann"):
        for number in range(5):
            audit.record(action=f"thing.{number % 2}", entity_type="Thing", entity_id=number)
    return SimpleNamespace(org=org, admin=admin)


def listed(client, **query):
    response = client.get("/vault/audit", query)
    assert response.status_code == 200, response.content
    return response.json()


def test_the_newest_comes_first_in_pages(vault):
    page = listed(vault.admin, limit=2, offset=1)
    assert page["total"] == 6
    assert [each["entity_id"] for each in page["results"]] == ["3", "2"]
    assert page["results"][0].keys() == {
        *("seq", "hash", "at", "actor", "action", "entity_type", "entity_id", "outcome"),
        *("request_id", "route", "method", "detail"),
    }


def test_it_is_searched_by_what_who_and_when(vault):
    assert [each["entity_id"] for each in listed(vault.admin, entity_id="3")["results"]] == ["3"]
    assert listed(vault.admin, actor="tidy")["total"] == 5
    assert listed(vault.admin, actor=vault.admin.id)["total"] == 1
    assert listed(vault.admin, action="thing.1")["total"] == 2
    assert listed(vault.admin, entity_type="Thing", action="thing.1", actor="tidy")["total"] == 2
    assert listed(vault.admin, outcome="denied")["total"] == 0
    assert listed(vault.admin, since=(now() - timedelta(minutes=5)).isoformat())["total"] == 6
    assert listed(vault.admin, since=(now() + timedelta(minutes=5)).isoformat())["total"] == 0


@pytest.mark.parametrize(
    "query", [{"since": "yesterday"}, {"limit": 0}, {"actor": "x" * 65}, {"action": "a\0b"}]
)
def test_what_cannot_be_searched_is_a_400(vault, query):
    assert vault.admin.get("/vault/audit", query).status_code == 400


@pytest.mark.parametrize("role", ["reader", "editor"])
@pytest.mark.parametrize("path", ["/vault/audit", "/vault/audit/verify", "/vault/audit/export"])
def test_it_is_for_administrators(vault, client_for, role, path):
    assert client_for(vault.org, role).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/vault/site/audit", "/vault/site/audit/verify"])
def test_the_sites_is_for_operators(vault, path):
    assert vault.admin.get(path).status_code == 401


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_nobody_writes_it(vault, verb):
    assert getattr(vault.admin, verb)("/vault/audit").status_code == 405


def test_each_organisation_sees_its_own(vault, make_org, client_for):
    other = make_org()
    with tenancy.use(other):
        other_admin = client_for(other)
        assert [each["action"] for each in listed(other_admin)["results"]] == ["session.opened"]
        assert other_admin.get("/vault/audit/verify").json()["entries"] == 1


def test_a_chain_that_holds_is_said_to(vault):
    assert vault.admin.get("/vault/audit/verify").json() == {
        "valid": True,
        "entries": 6,
        "head": dict(zip(("seq", "hash"), head(), strict=True)),
        "found": 0,
        "findings": [],
    }


def test_one_that_does_not_is_still_a_200_that_says_why(vault):
    with unguarded():
        audit_entry_service.filter(seq=2).update(action="nothing.happened")
        audit_entry_service.filter(seq=3).update(payload="not even JSON")
    response = vault.admin.get("/vault/audit/verify")
    assert (response.status_code, response.json()["valid"]) == (200, False)
    assert [(each["seq"], each["kind"]) for each in response.json()["findings"]] == [
        (2, "column"),
        (3, "hash"),
    ]
    assert (
        listed(vault.admin, entity_id="1")["results"][0]["action"] == "thing.1"
    )  # by its column: no payload any more


def test_the_export_proves_itself_to_a_stranger(vault, monkeypatch):
    """With nothing of ours: hash by hash, from 64 zeros to the head in the last line; in portions."""
    monkeypatch.setattr(reading, "PORTION", 2)
    response = vault.admin.get("/vault/audit/export")
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert "attachment" in response.headers["Content-Disposition"]
    *lines, last = [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]
    before = "0" * 64
    for seq, line in enumerate(lines, start=1):
        assert line["seq"] == seq
        before = hashlib.sha256(f"{before}\n{seq}\n{line['payload']}".encode()).hexdigest()
        assert line["hash"] == before
    assert last == {"entries": 6, "head": {"seq": 6, "hash": before}}
    assert [json.loads(line["payload"])["action"] for line in lines] == [each["action"] for each in entries()]


def test_the_site_has_a_trail_of_its_own(operator_client):
    operator = operator_client()
    with audit.use_actor("operator", operator.id, operator.username):
        audit.record_site(action="site.tidied", entity_type="Site", detail={"n": 1})
    [newest] = operator.get("/vault/site/audit", {"limit": 1}).json()["results"]
    assert (newest["action"], newest["actor"]["id"]) == ("site.tidied", operator.id)
    report = operator.get("/vault/site/audit/verify").json()
    assert report["valid"]
    assert report["head"] == {"seq": newest["seq"], "hash": newest["hash"]}


def test_reading_leaves_no_entry(vault):
    before = head()
    for path in ("/vault/audit", "/vault/audit/verify", "/vault/groups"):
        assert vault.admin.get(path).status_code == 200
    b"".join(vault.admin.get("/vault/audit/export").streaming_content)
    assert head() == before


def test_a_long_chain_is_read_in_portions(vault, monkeypatch):
    """As many statements as portions: what is in memory does not grow with the chain."""
    monkeypatch.setattr(reading, "PORTION", 2)
    with statements() as counted:
        assert vault.admin.get("/vault/audit/verify").json()["entries"] == 6
    # the member; four portions, the last of them empty; the head, before and at the end
    assert counted() == {"default": 7, "control": 1}
    assert sql("SELECT count(*) FROM audit_entry") == [(6,)]
