"""Operators sign out: all tokens that they were given before are refused at once, and nobody else's."""

from collections.abc import Callable
from typing import Any

from rest_framework.test import APIClient

from tests.clients import PASSWORD, Client
from VaultPlatform.identity.service import operator_service
from VaultPlatform.identity.tokens import SiteToken


def signed_in(operator: Client) -> APIClient:
    """Another sign-in of the same operator."""
    body = {"username": operator.username, "password": PASSWORD}
    access = APIClient().post("/vault/site/token", body).json()["access"]
    return APIClient(headers={"Authorization": f"JWT {access}"})


def status(client: APIClient) -> int:
    return int(client.get("/vault/site/plugins").status_code)


def test_signing_out_ends_all_tokens_and_the_next_sign_in_is_good(
    operator_client: Callable[[], Client],
) -> None:
    operator, somebody_else = operator_client(), operator_client()
    elsewhere = signed_in(operator)
    assert status(elsewhere) == 200
    assert operator.post("/vault/site/logout").status_code == 204
    assert [status(operator), status(elsewhere)] == [401, 401]
    assert operator.post("/vault/site/logout").status_code == 401
    assert [status(signed_in(operator)), status(somebody_else)] == [200, 200]


def test_a_token_of_another_generation_is_refused_even_under_a_good_signature(
    operator_client: Callable[[], Client],
) -> None:
    operator: Any = operator_service.get(id=operator_client().id)
    for generation, expected in ((0, 200), (1, 401), ("", 401), (-1, 401)):
        token = SiteToken.make(sub=operator.pk, gen=generation)
        assert status(APIClient(headers={"Authorization": f"JWT {token}"})) == expected
    without = SiteToken.make(sub=operator.pk)
    assert status(APIClient(headers={"Authorization": f"JWT {without}"})) == 401
