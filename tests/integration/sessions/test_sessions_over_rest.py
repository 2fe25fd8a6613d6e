"""Sessions over REST: members see and end their own, administrators anybody's; a new password ends the others."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from tests.clients import PASSWORD, Client, sign_in
from VaultPlatform.identity.service import session_service, sign_in_failure_service

ClientFor = Callable[..., Client]
NEW_PASSWORD = "another long password 43"


@pytest.fixture
def ada(org: Any, client_for: ClientFor) -> Client:
    return client_for(org, "reader", "ada")


def token(org: Any, pair: dict[str, Any]) -> APIClient:
    return APIClient(headers={"Org": org.slug, "Authorization": f"JWT {pair['access']}"})


def test_ones_sessions_are_listed_with_where_they_come_from(org: Any, ada: Client) -> None:
    client = APIClient(
        headers={"Org": org.slug, "User-Agent": "Browser\x00\n 1.0 " + "x" * 500}, REMOTE_ADDR="203.0.113.9"
    )
    assert client.post("/vault/auth/token", {"username": "ada", "password": PASSWORD}).status_code == 200
    newest, current = ada.get("/vault/auth/sessions").json()["results"]
    assert newest["address"] == "203.0.113.9"
    assert newest["user_agent"] == ("Browser 1.0 " + "x" * 500)[:120]
    assert (newest["current"], current["current"]) == (False, True)
    assert newest.keys() == {
        "id",
        "created_at",
        "last_used_at",
        "expires_at",
        "address",
        "user_agent",
        "current",
    }


def test_refreshing_is_noted_as_use(org: Any, ada: Client) -> None:
    pair = sign_in(org, "ada")
    session_service.filter().update(last_used_at=timezone.now() - timedelta(days=1))
    assert (
        APIClient(headers={"Org": org.slug})
        .post("/vault/auth/refresh", {"refresh": pair["refresh"]})
        .status_code
        == 200
    )
    used = [row.last_used_at for row in session_service.filter()]
    assert sum(moment > timezone.now() - timedelta(minutes=1) for moment in used) == 1


def test_one_session_is_ended_and_the_others_go_on(org: Any, ada: Client) -> None:
    lost = token(org, sign_in(org, "ada"))
    (session,) = (each for each in lost.get("/vault/auth/sessions").json()["results"] if each["current"])
    assert ada.delete(f"/vault/auth/sessions/{session['id']}").status_code == 204
    assert lost.get("/vault/auth/me").status_code == 401
    assert ada.get("/vault/auth/sessions").json()["total"] == 1
    assert ada.delete(f"/vault/auth/sessions/{session['id']}").status_code == 404


def test_ended_and_expired_sessions_are_not_listed(org: Any, ada: Client) -> None:
    expired, revoked = sign_in(org, "ada"), sign_in(org, "ada")
    assert expired != revoked
    newest, before, _ = session_service.filter().order_by("-created_at")
    session_service.update(newest, revoked_at=timezone.now())
    session_service.update(before, expires_at=timezone.now())
    assert ada.get("/vault/auth/sessions").json()["total"] == 1


def test_nobody_ends_the_session_of_somebody_else(org: Any, ada: Client, client_for: ClientFor) -> None:
    other = client_for(org, "editor")
    (session,) = ada.get("/vault/auth/sessions").json()["results"]
    assert other.delete(f"/vault/auth/sessions/{session['id']}").status_code == 404
    assert other.get(f"/vault/users/{ada.id}/sessions").status_code == 403
    assert other.delete(f"/vault/users/{ada.id}/sessions").status_code == 403
    assert ada.get("/vault/auth/me").status_code == 200


def test_administrators_see_and_end_all_sessions_of_a_member(
    org: Any, ada: Client, client_for: ClientFor
) -> None:
    admin = client_for(org)
    path = f"/vault/users/{ada.id}/sessions"
    sign_in(org, "ada")
    page = admin.get(path).json()
    assert page["total"] == 2
    assert [each["current"] for each in page["results"]] == [False, False]
    assert admin.delete(path).status_code == 204
    assert admin.get(path).json()["total"] == 0
    assert ada.get("/vault/auth/me").status_code == 401
    for method in ("get", "delete"):
        assert getattr(admin, method)(f"/vault/users/{uuid4()}/sessions").status_code == 404


def test_ones_own_new_password_needs_the_old_one_and_ends_the_other_sessions(org: Any, ada: Client) -> None:
    elsewhere = token(org, sign_in(org, "ada"))
    body = {"old_password": PASSWORD, "password": NEW_PASSWORD}
    wrong = ada.post("/vault/auth/password", {**body, "old_password": "wrong"})
    assert (wrong.status_code, wrong.json()["msg"]) == (400, "old_password: this is not your password.")
    assert elsewhere.get("/vault/auth/me").status_code == 200
    assert ada.post("/vault/auth/password", body).status_code == 204
    assert ada.get("/vault/auth/me").status_code == 200
    assert elsewhere.get("/vault/auth/me").status_code == 401
    assert sign_in(org, "ada", NEW_PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "password1234"])
def test_ones_own_new_password_is_held_to_the_rules(ada: Client, password: str) -> None:
    response = ada.post("/vault/auth/password", {"old_password": PASSWORD, "password": password})
    assert response.status_code == 400
    assert response.json()["msg"].startswith("password: ")


def test_a_stolen_token_is_no_way_to_guess_the_password(org: Any, ada: Client, settings: Any) -> None:
    settings.AUTH_MAX_FAILURES = 3
    body = {"old_password": "wrong", "password": NEW_PASSWORD}
    known = sign_in_failure_service.filter().count()
    assert [ada.post("/vault/auth/password", body).status_code for _ in range(4)] == [400, 400, 400, 429]
    assert ada.post("/vault/auth/password", {**body, "old_password": PASSWORD}).status_code == 429
    assert sign_in_failure_service.filter().count() == known + 1
