"""Requests: denials of whoever has signed in, and writes past the runs; entered where the principal belongs."""

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from tests.clients import PASSWORD
from tests.integration.audit.trail import actions, entries, site_entries, sql, verified
from VaultPlatform import tenancy
from VaultPlatform.audit import denials
from VaultPlatform.identity.service import session_service


def last():
    return entries()[-1]


def test_a_denial_by_the_gate_is_entered(org, client_for):
    reader = client_for(org, "reader")
    before = len(entries())
    assert reader.post("/vault/groups", {"name": "All"}).status_code == 403
    assert len(entries()) == before + 1
    entry = last()
    assert (entry["action"], entry["outcome"]) == ("access.denied", "denied")
    assert entry["actor"] == {"kind": "user", "id": reader.id, "name": reader.username}
    assert (entry["route"], entry["method"]) == ("vault/groups", "POST")


def test_a_denied_read_is_entered_too_with_what_it_was_about(org, client_for):
    reader = client_for(org, "reader")
    assert reader.get(f"/vault/users/{reader.id}").status_code == 403
    assert last()["detail"] == {"parameters": {"user_id": reader.id}}


def test_a_denial_from_within_survives_the_rollback_of_its_run(org, plain_client):
    response = plain_client(org).post("/vault/denies/7")
    assert (response.status_code, response.json()["msg"]) == (403, "Not you.")
    assert not Group.objects.exists()
    assert last()["outcome"] == "denied"
    assert last()["detail"] == {"parameters": {"number": "7"}}


def test_somebody_of_elsewhere_is_entered_at_home_and_never_where_they_asked(org, make_org, client_for):
    stranger, other = client_for(org), make_org()
    mine = len(entries())
    response = stranger.get("/vault/documents", headers={"Org": other.slug})
    assert response.status_code == 403
    assert len(entries()) == mine + 1
    assert last()["actor"]["id"] == stranger.id
    assert last()["detail"]["organisation"] == other.slug
    with tenancy.use(other):
        assert entries() == []


def test_members_of_a_closed_organisation_are_entered(org, client_for):
    client = client_for(org)
    tenancy.suspend_organisation(org.slug)
    assert client.get("/vault/documents").status_code == 403
    assert (last()["outcome"], last()["actor"]["id"]) == ("denied", client.id)
    assert last()["route"] == "vault/documents"


def test_nobody_who_is_not_signed_in_leaves_an_entry(org, make_org, client_for):
    client, other = client_for(org), make_org()
    session_service.filter(user_id=client.id).delete()
    before = len(entries())
    for request_org in (org, other):
        assert client.get("/vault/groups", headers={"Org": request_org.slug}).status_code in {401, 403}
        assert APIClient().get("/vault/groups", headers={"Org": request_org.slug}).status_code == 401
        forged = {"Org": request_org.slug, "Authorization": "JWT a.b.c"}
        assert APIClient().get("/vault/groups", headers=forged).status_code == 401
    assert len(entries()) == before
    with tenancy.use(other):
        assert entries() == []


def test_a_denial_that_cannot_be_entered_stays_a_403_and_is_logged(org, client_for, caplog):
    reader = client_for(org, "reader")
    breaking = "ALTER TABLE audit_entry RENAME TO gone"
    sql(breaking)
    caplog.clear()
    response = reader.post("/vault/groups", {"name": "All"})
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert any("audit_failed" in record.getMessage() for record in caplog.records)


def test_a_loop_of_denials_is_bounded_and_counted(org, client_for, monkeypatch):
    monkeypatch.setattr(denials, "PER_WINDOW", 5)
    reader, other = client_for(org, "reader"), client_for(org, "reader", "somebody-else")
    for _ in range(40):
        assert reader.post("/vault/groups", {"name": "All"}).status_code == 403
    assert other.post("/vault/groups", {"name": "All"}).status_code == 403
    denied = entries(outcome="denied")
    assert [each["actor"]["id"] for each in denied].count(reader.id) == 5
    assert denied[-1]["actor"]["id"] == other.id
    monkeypatch.setattr(denials, "WINDOW_SECONDS", 0.0)
    assert reader.post("/vault/groups", {"name": "All"}).status_code == 403
    assert last()["detail"]["left_out_before"] == 35


def test_a_write_past_the_runs_is_entered_after_the_fact(org, plain_client):
    client = plain_client(org)
    assert client.post("/vault/without-run/7").status_code == 201
    assert (last()["action"], last()["actor"]["id"]) == ("request", client.id)
    assert last()["detail"] == {"status": 201, "parameters": {"number": "7"}}
    assert last()["route"] == "vault/without-run/<int:number>"


def test_a_write_by_a_run_is_entered_once(org, plain_client):
    client = plain_client(org)
    before = len(entries())
    assert client.post("/vault/by-run").status_code == 200
    assert actions()[before:] == ["run.make_group"]
    assert last()["actor"]["id"] == client.id


@pytest.mark.parametrize("path", ["/vault/reading-run", "/vault/without-run"])
def test_what_a_get_does_without_a_run_is_no_entry(org, plain_client, path):
    client = plain_client(org)
    before = len(entries())
    assert client.get(path).status_code < 400
    assert len(entries()) == before


def test_a_failed_write_is_no_entry(org, client_for):
    client = client_for(org)
    before = len(entries())
    assert client.post("/vault/groups", {}).status_code == 400
    assert len(entries()) == before


def test_a_run_of_nobody_is_an_anonymous_act(org, plain_client):
    plain_client(org)
    assert APIClient().post("/vault/open", headers={"Org": org.slug}).status_code == 200
    assert last()["actor"] == {"kind": "anonymous", "id": "", "name": ""}


def test_an_operators_request_past_the_runs_is_in_the_sites_chain(django_db_setup, plain_client):
    operator = plain_client(None)
    assert operator.post("/vault/site/answers").status_code == 200
    added = site_entries()[-1]
    assert (added["action"], added["actor"]["kind"], added["actor"]["id"]) == (
        "request",
        "operator",
        operator.id,
    )


def test_no_secret_and_no_content_gets_into_the_trail(org, client_for, operator_client):
    """After a tour of writes and refusals, with everything secret recognisable."""
    from tests.integration.budgets.stage import Stage

    admin, reader = client_for(org), client_for(org, "reader")
    made = admin.post("/vault/documents", Stage.upload(title="swordfish title"), format="multipart").json()[
        "id"
    ]
    patch = {"title": "swordfish two", "tags": ["swordfish"], "attributes": {"a": "swordfish"}}
    assert admin.patch(f"/vault/documents/{made}", patch).status_code == 200
    user = admin.post("/vault/users", {"username": "sue", "password": PASSWORD}).json()["id"]
    secrets = {"password": "another swordfish 99", "email": "swordfish@example.org"}
    assert admin.patch(f"/vault/users/{user}", secrets).status_code == 200
    bookmark = {"target_url": "https://swordfish.example", "title": "swordfish"}
    assert admin.post("/vault/bookmarks/share", bookmark).status_code == 201
    assert (
        reader.post("/vault/users?token=swordfish", {"username": "x", "password": PASSWORD}).status_code
        == 403
    )
    assert reader.delete(f"/vault/documents/{made}?why=swordfish").status_code == 403
    pair = (
        APIClient()
        .post(
            "/vault/auth/token",
            {"username": "sue", "password": secrets["password"]},
            headers={"Org": org.slug},
        )
        .json()
    )
    refreshed = APIClient().post(
        "/vault/auth/refresh", {"refresh": pair["refresh"]}, headers={"Org": org.slug}
    )
    assert refreshed.status_code == 200
    tokens = [value for each in (pair, refreshed.json()) for value in each.values() if isinstance(value, str)]
    whole = str(sql("SELECT * FROM audit_entry"))
    assert len(entries()) >= 10
    for secret in ["swordfish", PASSWORD, "argon2", *tokens]:
        assert secret not in whole, secret
    assert verified().valid
