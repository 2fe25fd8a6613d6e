"""Every kind of view that a plugin may bring is closed, for every verb, unless it is declared public."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient
from rest_framework.test import APIClient

from tests.acceptance.attacks.routes import VERBS

CLOSED = ("echo", "form", "names/x", "large", "later", "class", "away", "page")


@pytest.mark.parametrize("name", CLOSED)
def test_a_stranger_reaches_no_view_with_any_verb(plain: None, org: Any, name: str) -> None:
    client = APIClient(headers={"Org": org.slug})
    for verb in VERBS:
        assert client.generic(verb, f"/vault/plain/{name}").status_code == 401, verb


@pytest.mark.parametrize("name", CLOSED)
def test_a_reader_writes_on_none_with_any_verb(plain: None, org: Any, client_for: Any, name: str) -> None:
    reader = client_for(org, "reader")
    for verb in VERBS:
        refused = reader.generic(verb, f"/vault/plain/{name}").status_code == 403
        assert refused == (verb not in {"GET", "HEAD", "OPTIONS"}), verb


def test_a_view_that_answers_later_knows_who_asks(plain: None, org: Any, client_for: Any) -> None:
    client = client_for(org)
    assert client.get("/vault/plain/later").json() == {"user": client.username}
    assert APIClient(headers={"Org": org.slug}).get("/vault/plain/later-for-all").status_code == 200


@pytest.mark.parametrize("name", ["later", "echo", "class", "away"])
def test_an_asynchronous_server_closes_them_as_well(plain: None, org: Any, name: str) -> None:
    response = async_to_sync(AsyncClient().get)(f"/vault/plain/{name}", headers={"Org": org.slug})
    assert response.status_code == 401


def test_what_is_not_there_says_the_same_to_everybody(plain: None, org: Any, client_for: Any) -> None:
    for path in ("/vault/plain/nothing", "/vault/plain", "/vault/", "/vault", "/", "/elsewhere"):
        stranger = APIClient(headers={"Org": org.slug}).get(path)
        member = client_for(org).get(path)
        assert stranger.status_code == member.status_code == 404
        assert stranger.json()["msg"] == member.json()["msg"]
        assert "plain" not in stranger.content.decode()
