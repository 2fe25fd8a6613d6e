"""Operators: how they come to be, sign in, and are kept apart from members."""

import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import CommandError, call_command
from django.test import override_settings
from rest_framework.test import APIClient

from tests.clients import PASSWORD, Client
from VaultPlatform.identity.passwords import _nobodys_password
from VaultPlatform.identity.service import operator_service

ClientFor = Callable[..., Client]
SITE = "/vault/site/plugins"


def created(username: str, **options: Any) -> str:
    out = StringIO()
    call_command("create_operator", username, stdout=out, **options)
    return out.getvalue()


def sign_in(username: str, password: str) -> Any:
    return APIClient().post("/vault/site/token", {"username": username, "password": password})


@pytest.fixture
def name(django_db_setup: None) -> str:
    return f"operator-{uuid4().hex[:8]}"


def test_an_operator_made_by_the_command_signs_in_with_the_given_password(name: str) -> None:
    assert PASSWORD not in created(name, password=PASSWORD)
    response = sign_in(name, PASSWORD)
    assert response.status_code == 200
    assert response.json().keys() == {"access", "expires_in"}
    assert (
        APIClient(headers={"Authorization": f"JWT {response.json()['access']}"}).get(SITE).status_code == 200
    )


def test_a_password_that_is_not_given_is_made_up_and_told_once(name: str) -> None:
    told = json.loads(created(name, as_json=True))
    assert told["username"] == name
    assert sign_in(name, told["password"]).status_code == 200
    other = f"{name}-2"
    words = created(other).split()
    assert sign_in(other, words[words.index("password") + 1]).status_code == 200


def test_a_given_password_is_never_repeated(name: str) -> None:
    assert "password" not in json.loads(created(name, as_json=True, password=PASSWORD))


def test_an_operator_who_exists_is_refused_in_one_line_and_left_alone(name: str) -> None:
    created(name, password=PASSWORD)
    with pytest.raises(CommandError, match=f"'{name}' already") as refusal:
        created(name, password="something else 77")
    assert "\n" not in str(refusal.value)
    assert sign_in(name, PASSWORD).status_code == 200


@pytest.mark.parametrize(
    ("name", "password"), [("with space", PASSWORD), ("", PASSWORD), ("x" * 151, PASSWORD)]
)
def test_a_name_that_cannot_be_is_refused(django_db_setup: None, name: str, password: str) -> None:
    with pytest.raises(CommandError):
        created(name, password=password)


def test_an_empty_password_is_refused(name: str) -> None:
    with pytest.raises(CommandError, match="empty"):
        created(name, password="")


class CountingHasher(Argon2PasswordHasher):
    """Argon2 that tells how often it was asked."""

    verified: ClassVar[list[str]] = []

    def verify(self, password: str, encoded: str) -> bool:
        self.verified.append(encoded.rsplit("$", 2)[0])
        return super().verify(password, encoded)


@pytest.fixture
def verified() -> Iterator[list[str]]:
    """The parameters of each password check."""
    CountingHasher.verified.clear()
    with override_settings(PASSWORD_HASHERS=[f"{__name__}.CountingHasher"]):
        yield CountingHasher.verified


def test_unknown_wrong_and_inactive_are_refused_alike_and_at_the_same_cost(
    name: str, verified: list[str]
) -> None:
    created(name, password=PASSWORD)
    inactive = f"{name}-off"
    created(inactive, password=PASSWORD)
    operator = operator_service.get(username=inactive)
    assert operator is not None
    operator_service.update(operator, is_active=False)
    _nobodys_password()  # made once a process
    answers = [sign_in(name, "wrong"), sign_in("nobody", PASSWORD), sign_in(inactive, PASSWORD)]
    for response in answers:
        assert (response.status_code, response.json()["msg"]) == (401, answers[0].json()["msg"])
    assert len(verified) == 3
    assert len(set(verified)) == 1


def test_a_deactivated_operators_token_is_refused(operator_client: Callable[[], Client]) -> None:
    client = operator_client()
    operator = operator_service.get(id=client.id)
    assert operator is not None
    operator_service.update(operator, is_active=False)
    assert client.get(SITE).status_code == 401


@pytest.mark.parametrize("path", ["organisations", "organisations/demo", "plugins", "plugins/X", "hooks"])
def test_the_site_is_for_operators(org: Any, client_for: ClientFor, path: str) -> None:
    assert APIClient().get(f"/vault/site/{path}").status_code == 401
    assert client_for(org).get(f"/vault/site/{path}").status_code == 401


def test_an_operators_token_opens_no_organisation(org: Any, operator_client: Callable[[], Client]) -> None:
    client = operator_client()
    assert client.get("/vault/users", headers={"Org": org.slug}).status_code == 401
