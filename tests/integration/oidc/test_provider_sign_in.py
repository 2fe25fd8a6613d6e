"""Signing in through a real provider: who gets in, and who does not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.cookies import SimpleCookie
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connections
from django.utils import timezone
from rest_framework.test import APIClient

from tests.clients import AUDITED, PASSWORD, statements
from VaultManagement.ProviderSignIn.views import COOKIE
from VaultManagement.Users.bll.service import user_service
from VaultPlatform.identity.service import session_service, sign_in_start_service


@pytest.fixture
def ada(org: Any) -> Any:
    return user_service.create(username="lovelace", email="Ada@example.org", password=PASSWORD, role="editor")


def finish(client: APIClient, back: dict[str, str]) -> Any:
    return client.post("/vault/auth/oidc/finish", {"code": back["code"], "state": back["state"]})


def test_a_member_whom_the_provider_confirms_is_signed_in(
    org: Any, ada: Any, provider: Any, offered: Any, begun: Any, browser: APIClient
) -> None:
    offered()
    response = finish(browser, provider.visit(begun(), user="ada"))
    assert response.status_code == 200, response.content
    pair = response.json()
    assert pair.keys() == {"access", "refresh", "expires_in"}
    headers = {"Org": org.slug, "Authorization": f"JWT {pair['access']}"}
    me = APIClient(headers=headers).get("/vault/auth/me").json()
    assert (me["username"], me["role"]) == ("lovelace", "editor")
    assert response.cookies[COOKIE].value == ""
    assert not sign_in_start_service.filter().exists()


def test_the_way_there_carries_a_challenge_and_no_secret(offered: Any, begun: Any, provider: Any) -> None:
    offered()
    url = begun()
    query = parse_qs(urlsplit(url).query)
    assert url.startswith(f"{provider.issuer}/authorize/?")
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_type"] == ["code"]
    row = sign_in_start_service.filter().get()
    assert row.code_verifier not in url
    assert query["state"] != [row.state_sha256]
    assert provider.client_secret not in url


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_paths(offered: Any, browser: APIClient) -> None:
    offered()
    for secure in (False, True):
        cookie = browser.post("/vault/auth/oidc/start", secure=secure).cookies[COOKIE]
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/vault/auth/oidc", True, "Lax")
        assert bool(cookie["secure"]) == secure


def test_whoever_did_not_begin_cannot_finish(
    org: Any, ada: Any, provider: Any, offered: Any, begun: Any, browser: APIClient
) -> None:
    """Neither a victim whom somebody has sent a link, nor somebody who has read code and state."""
    offered()
    back = provider.visit(begun(), user="ada")
    stranger = APIClient(headers={"Org": org.slug})
    assert finish(stranger, back).status_code == 401
    stranger.cookies = SimpleCookie({COOKIE: "made up"})
    assert finish(stranger, back).status_code == 401
    begun(stranger)
    assert finish(stranger, back).status_code == 401
    assert finish(browser, back).status_code == 200


def test_a_state_is_good_once_however_many_come_at_once(
    ada: Any, provider: Any, offered: Any, begun: Any, browser: APIClient
) -> None:
    offered()
    back, together = provider.visit(begun(), user="ada"), Barrier(8)

    def come_back(_: int) -> int:
        together.wait()
        try:
            return int(finish(browser, back).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(come_back, range(8)))
    assert answers == [200] + [401] * 7
    assert session_service.filter().count() == 1


def test_who_takes_too_long_begins_again(
    ada: Any, provider: Any, offered: Any, begun: Any, browser: APIClient
) -> None:
    offered()
    back = provider.visit(begun(), user="ada")
    sign_in_start_service.filter().update(expires_at=timezone.now() - timedelta(seconds=1))
    assert finish(browser, back).status_code == 401
    begun()
    assert sign_in_start_service.filter().count() == 1


def test_a_sign_in_begun_in_one_organisation_is_finished_in_no_other(
    ada: Any, make_org: Any, provider: Any, offered: Any, begun: Any, browser: APIClient
) -> None:
    offered()
    back = provider.visit(begun(), user="ada")
    response = browser.post("/vault/auth/oidc/finish", back, headers={"Org": make_org().slug})
    assert response.status_code == 401


@pytest.mark.parametrize("change", [{"code": "made up"}, {"state": "made up"}, {"code": "x" * 4000}])
def test_what_the_provider_did_not_give_is_refused(
    ada: Any, provider: Any, offered: Any, begun: Any, browser: APIClient, change: dict[str, str]
) -> None:
    offered()
    response = finish(browser, provider.visit(begun(), user="ada") | change)
    assert response.status_code == 401
    assert not session_service.filter().exists()


def test_the_code_of_one_sign_in_is_no_good_for_another(
    ada: Any, provider: Any, offered: Any, begun: Any, browser: APIClient
) -> None:
    """A stolen code that is put into a sign-in of one's own: its challenge is another."""
    offered()
    stolen = provider.visit(begun(), user="ada")["code"]
    own = provider.visit(begun(), user="ada")
    assert finish(browser, {**own, "code": stolen}).status_code == 401


def test_an_address_that_the_provider_has_not_confirmed_is_nobodys(
    org: Any, provider: Any, offered: Any, begun: Any, browser: APIClient
) -> None:
    user_service.create(username="bob", email="bob@example.org")
    offered(create_members="reader")
    response = finish(browser, provider.visit(begun(), user="bob"))
    assert (response.status_code, session_service.filter().exists()) == (401, False)


@pytest.mark.parametrize("who", ["nobody", "inactive", "two"])
def test_no_active_member_of_that_address_or_two_is_told_alike(
    org: Any, provider: Any, offered: Any, begun: Any, browser: APIClient, who: str
) -> None:
    if who != "nobody":
        user_service.create(username="a", email="ada@example.org", is_active=who != "inactive")
    if who == "two":
        user_service.create(username="b", email="ada@example.org")
    offered()
    response = finish(browser, provider.visit(begun(), user="ada"))
    assert response.status_code == 401
    assert response.json()["msg"].startswith("No active account of this organisation")


def test_another_claim_can_say_who_it_is(
    org: Any, provider: Any, offered: Any, begun: Any, browser: APIClient
) -> None:
    user_service.create(username="bob", email="")
    offered(claim="preferred_username", member_field="username")
    assert finish(browser, provider.visit(begun(), user="bob")).status_code == 200


def test_a_member_is_made_where_the_site_wants_that_and_cannot_sign_in_by_a_password(
    org: Any, provider: Any, offered: Any, begun: Any, browser: APIClient
) -> None:
    offered(create_members="reader")
    for _ in range(2):
        assert finish(browser, provider.visit(begun(), user="new")).status_code == 200
    (made,) = user_service.filter()
    assert (made.username, made.email, made.role) == ("new@example.org", "new@example.org", "reader")
    assert not made.has_usable_password()


def test_a_member_is_not_made_of_a_name_that_cannot_be_or_is_taken_or_with_a_role_that_there_is_not(
    org: Any, provider: Any, offered: Any, begun: Any, browser: APIClient
) -> None:
    offered(create_members="reader")
    assert finish(browser, provider.visit(begun(), user="odd")).status_code == 401
    user_service.create(username="NEW@example.org", email="somebody@else.org")
    assert finish(browser, provider.visit(begun(), user="new")).status_code == 409
    offered(create_members="clerk")
    assert finish(browser, provider.visit(begun(), user="ada")).status_code == 401
    assert user_service.filter().count() == 1


@pytest.mark.parametrize("body", [{}, {"code": "x"}, {"code": "x", "state": "y", "iss": "z"}, []])
def test_a_body_that_does_not_fit_is_a_400(offered: Any, browser: APIClient, body: Any) -> None:
    offered()
    assert browser.post("/vault/auth/oidc/finish", body).status_code == 400


def test_a_site_without_a_provider_knows_no_such_thing(browser: APIClient) -> None:
    assert browser.post("/vault/auth/oidc/start").status_code == 404
    assert browser.post("/vault/auth/oidc/finish", {"code": "x", "state": "y"}).status_code == 404


def test_a_provider_that_does_not_answer_is_a_503(offered: Any, browser: APIClient, provider: Any) -> None:
    offered(issuer="http://127.0.0.1:1/o")
    assert browser.post("/vault/auth/oidc/start").status_code == 503
    offered(issuer=f"{provider.address}/elsewhere")
    assert browser.post("/vault/auth/oidc/start").status_code == 503


def test_what_signing_in_through_a_provider_costs(
    org: Any, ada: Any, provider: Any, offered: Any, begun: Any, browser: APIClient
) -> None:
    offered()
    begun()
    with statements() as counted:
        url = begun()
        assert counted() == {"default": 2, "control": 0}
    back = provider.visit(url, user="ada")
    with statements() as counted:
        assert finish(browser, back).status_code == 200
        assert counted() == {"default": 4 + AUDITED["default"], "control": AUDITED["control"]}
