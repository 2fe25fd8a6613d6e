"""What signing in and out costs, in statements by database, whatever comes of it."""

import pytest
from django.db import connection
from rest_framework.test import APIClient

from tests.clients import AUDITED, PASSWORD, sign_in, statements
from VaultManagement.Users.bll.service import user_service
from VaultPlatform.identity.service import session_service, sign_in_failure_service

MANY = 100
#: The entry in the audit trail that comes with what is done, and with what a member of elsewhere is denied.
ORG, SITE = AUDITED["default"], AUDITED["control"]
#: An entry without a run.
DENIED = {"sqlite": 3, "postgresql": 1}[connection.vendor]


@pytest.fixture
def ada(org):
    return user_service.create(username="ada", password=PASSWORD, role="reader")


@pytest.fixture
def cost(org):
    """`cost(status, "post", "token", {...}, token)` is (statements of the organisation, of the site)."""

    def cost(status, method, path, body=None, token=None):
        headers = {"Org": org.slug} | ({"Authorization": f"JWT {token}"} if token else {})
        with statements() as counted:
            response = getattr(APIClient(), method)(f"/vault/auth/{path}", body, headers=headers)
            used = counted()
        assert response.status_code == status, response.content
        return used["default"], used["control"]

    return cost


@pytest.fixture
def sign(cost):
    """`sign(200)` is the cost of signing in."""

    def sign(status, username="ada", password=PASSWORD):
        return cost(status, "post", "token", {"username": username, "password": password})

    return sign


def test_signing_in_costs_the_count_and_its_end_the_member_and_the_session(ada, sign):
    assert sign(200) == (3 + ORG, 2 + SITE)
    sign(401, password="wrong")
    assert sign(200) == (3 + ORG, 2 + SITE)


@pytest.mark.parametrize("who", ["wrong password", "unknown", "inactive"])
def test_every_refused_sign_in_costs_the_same_so_that_none_tells_which_it_was(ada, sign, who):
    user_service.create(username="bob", password=PASSWORD, is_active=False)
    attempt = {
        "wrong password": {"password": "wrong"},
        "unknown": {"username": "nobody"},
        "inactive": {"username": "bob"},
    }[who]
    assert [sign(401, **attempt) for _ in range(10)] == [(1, 1)] * 10
    assert sign(429, **attempt) == (0, 1)


def test_what_is_no_sign_in_costs_nothing(ada, cost):
    assert cost(400, "post", "token", {"username": "ada"}) == (0, 0)
    assert cost(400, "post", "refresh", {}) == (0, 0)


def test_a_refresh_costs_two(ada, cost, org):
    assert cost(200, "post", "refresh", {"refresh": sign_in(org, "ada")["refresh"]}) == (2 + ORG, SITE)


def test_a_refresh_token_that_comes_back_costs_the_end_of_its_session_as_well(ada, cost, org):
    pair = sign_in(org, "ada")
    cost(200, "post", "refresh", {"refresh": pair["refresh"]})
    assert cost(401, "post", "refresh", {"refresh": pair["refresh"]}) == (3 + ORG, SITE)
    assert cost(401, "post", "refresh", {"refresh": pair["refresh"]}) == (1, 0)


def test_a_token_that_is_none_costs_nothing(ada, cost, make_org, clients):
    other = make_org()
    clients.client_for(other, "reader", "eve")
    strange = sign_in(other, "eve")
    assert cost(401, "post", "refresh", {"refresh": "made.up"}) == (0, 0)
    assert cost(403, "post", "refresh", {"refresh": strange["refresh"]}) == (0, 0)
    for method, path in (("get", "me"), ("post", "logout")):
        assert cost(401, method, path) == (0, 0)
        assert cost(401, method, path, token="made.up") == (0, 0)
        # which organisation is theirs, and whether their session is open there
        assert cost(403, method, path, token=strange["access"]) == (1 + DENIED, 1 + SITE)


def test_signing_out_costs_the_session_twice_and_once_when_it_has_ended(ada, cost, org):
    access = sign_in(org, "ada")["access"]
    assert cost(204, "post", "logout", token=access) == (2 + ORG, SITE)
    assert cost(401, "post", "logout", token=access) == (1, 0)


def test_who_am_i_costs_the_session(ada, cost, org):
    assert cost(200, "get", "me", token=sign_in(org, "ada")["access"]) == (1, 0)


def test_members_sessions_and_failures_cost_no_more_when_there_are_many(ada, cost, sign, org):
    def costs():
        pair = sign_in(org, "ada")
        return [
            sign(200),
            cost(200, "post", "refresh", {"refresh": pair["refresh"]}),
            cost(200, "get", "me", token=pair["access"]),
            cost(204, "post", "logout", token=pair["access"]),
        ]

    before = costs()
    user_service.bulk_create([{"username": f"user-{number}"} for number in range(MANY)])
    sessions = [{"user": ada, "refresh_id": "-", "expires_at": ada.created_at} for _ in range(MANY)]
    session_service.bulk_create(sessions)
    rows = [{"key": f"{number:064}", "failures": 1, "since": ada.created_at} for number in range(MANY)]
    sign_in_failure_service.bulk_create(rows)
    try:
        assert costs() == before == [(3 + ORG, 2 + SITE), (2 + ORG, SITE), (1, 0), (2 + ORG, SITE)]
    finally:
        sign_in_failure_service.bulk_delete([row["key"] for row in rows])
