"""Signing in, refreshing and signing out over REST."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connections
from rest_framework.test import APIClient

from Orchestrators.AuthOrchestrators.AuthOrchestrator import AuthOrchestrator
from tests.clients import PASSWORD, sign_in
from VaultManagement.Users.bll.service import user_service
from VaultPlatform.identity.service import session_service


@pytest.fixture
def ada(org):
    return user_service.create(username="ada", password=PASSWORD, role="reader")


@pytest.fixture
def ask(org):
    """`ask("post", "refresh", {...}, token)` → (status, body)."""

    def ask(method, path, body=None, token=None):
        headers = {"Org": org.slug} | ({"Authorization": f"JWT {token}"} if token else {})
        response = getattr(APIClient(), method)(f"/vault/auth/{path}", body, headers=headers)
        return response.status_code, response.json() if response.content else None

    return ask


def test_a_member_signs_in_and_is_known(ada, ask, org):
    status, pair = ask("post", "token", {"username": "ada", "password": PASSWORD})
    assert status == 200
    assert pair.keys() == {"access", "refresh", "expires_in"}
    assert pair["expires_in"] == 15 * 60
    status, me = ask("get", "me", token=pair["access"])
    assert {"api_keys.use", "documents.read"} <= set(me.pop("permissions"))
    assert (status, me) == (
        200,
        {"id": str(ada.pk), "username": "ada", "email": "", "role": "reader", "organisation": org.slug},
    )


def test_bearer_is_understood_as_well(ada, org):
    access = sign_in(org, "ada")["access"]
    response = APIClient().get(
        "/vault/auth/me", headers={"Org": org.slug, "Authorization": f"Bearer {access}"}
    )
    assert response.status_code == 200


@pytest.mark.parametrize(
    "body", [{"username": "ada", "password": "wrong"}, {"username": "bob", "password": PASSWORD}]
)
def test_wrong_and_unknown_are_told_alike(ada, ask, body):
    status, answer = ask("post", "token", body)
    assert (status, answer["code"]) == (401, "unauthenticated")
    assert answer["msg"] == "No active account has this name and password."


def test_an_inactive_member_is_told_the_same(ada, ask):
    user_service.update(ada, is_active=False)
    assert ask("post", "token", {"username": "ada", "password": PASSWORD})[0] == 401


@pytest.mark.parametrize(
    "body", [{}, {"username": "ada"}, [], "text", {"username": "a\x00", "password": "x"}]
)
def test_a_body_that_does_not_fit_is_a_400(ask, body):
    status, answer = ask("post", "token", body)
    assert (status, answer["code"]) == (400, "validation_error")


def test_refreshing_gives_a_new_pair_and_spends_the_old(ada, ask, org):
    first = sign_in(org, "ada")
    status, second = ask("post", "refresh", {"refresh": first["refresh"]})
    assert status == 200
    assert ask("get", "me", token=second["access"])[0] == 200


def test_a_refresh_token_that_comes_back_ends_the_session(ada, ask, org):
    first = sign_in(org, "ada")
    second = ask("post", "refresh", {"refresh": first["refresh"]})[1]
    assert ask("post", "refresh", {"refresh": first["refresh"]})[0] == 401
    assert ask("get", "me", token=second["access"])[0] == 401
    assert ask("post", "refresh", {"refresh": second["refresh"]})[0] == 401


def test_an_access_token_does_not_refresh(ada, ask, org):
    assert ask("post", "refresh", {"refresh": sign_in(org, "ada")["access"]})[0] == 401


def test_another_organisations_refresh_token_is_a_403(ada, ask, make_org, clients):
    other = make_org()
    clients.client_for(other, "reader", "eve")
    assert ask("post", "refresh", {"refresh": sign_in(other, "eve")["refresh"]})[0] == 403


def test_signing_out_ends_access_and_refresh_at_once(ada, ask, org):
    pair = sign_in(org, "ada")
    assert ask("post", "logout", token=pair["access"]) == (204, None)
    assert ask("get", "me", token=pair["access"])[0] == 401
    assert ask("post", "refresh", {"refresh": pair["refresh"]})[0] == 401


def test_signing_out_leaves_other_sessions_alone(ada, ask, org):
    one, other = sign_in(org, "ada"), sign_in(org, "ada")
    ask("post", "logout", token=one["access"])
    assert ask("get", "me", token=other["access"])[0] == 200


def test_deactivating_a_member_ends_what_is_open(ada, ask, org):
    access = sign_in(org, "ada")["access"]
    user_service.update(ada, is_active=False)
    assert ask("get", "me", token=access)[0] == 401


def test_of_twenty_who_refresh_with_one_token_at_once_one_at_most_goes_on_and_the_session_ends(ada, ask, org):
    spent = sign_in(org, "ada")["refresh"]
    together = Barrier(20)

    def refresh(_):
        try:
            together.wait()
            return ask("post", "refresh", {"refresh": spent})
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(refresh, range(20)))
    pairs = [pair for status, pair in answers if status == 200]
    assert [status for status, _ in answers].count(401) == 20 - len(pairs)
    assert len(pairs) == 1
    assert ask("get", "me", token=pairs[0]["access"])[0] == 401
    assert ask("post", "refresh", {"refresh": pairs[0]["refresh"]})[0] == 401


def test_a_password_that_is_changed_while_somebody_signs_in_with_it_lets_nobody_in(ada, org, monkeypatch):
    """The old password has been checked, and the new one is set before the session is opened."""
    checked = AuthOrchestrator.stage_sign_in

    def changed_meanwhile(self, user, **client):
        user_service.update(user_service.get(id=user.pk), password=make_password("another long password 43"))
        return checked(self, user, **client)

    monkeypatch.setattr(AuthOrchestrator, "stage_sign_in", changed_meanwhile)
    body = {"username": "ada", "password": PASSWORD}
    assert APIClient().post("/vault/auth/token", body, headers={"Org": org.slug}).status_code == 401
    assert not session_service.filter().exists()


def test_signing_in_reaches_the_hook(ada, ask, monkeypatch):
    from Plugins.plugin_manager import plugin_manager

    seen = []

    class Watcher:
        """Implements the hook beside the plugins."""

    import pluggy

    def on_user_logged_in(user_id):
        seen.append(user_id)

    watcher = Watcher()
    watcher.on_user_logged_in = pluggy.HookimplMarker("vault")(on_user_logged_in)
    plugin_manager.register(watcher)
    try:
        ask("post", "token", {"username": "ada", "password": PASSWORD})
    finally:
        plugin_manager.unregister(watcher)
    assert seen == [str(ada.pk)]


def test_a_refused_sign_in_opens_no_session(ada, ask):
    ask("post", "token", {"username": "ada", "password": "wrong"})
    assert not session_service.filter().exists()


def test_a_hash_that_is_none_lets_nobody_in_and_is_no_servers_error(ada, ask):
    user_service.filter(id=ada.id).update(password="argon2$argon2id$broken")
    status, _ = ask("post", "token", {"username": "ada", "password": PASSWORD})
    assert status == 401
