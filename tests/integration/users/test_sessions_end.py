"""What ends a member's sessions: a new password the others, deactivation all, also for later."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.clients import PASSWORD, Client, sign_in

ClientFor = Callable[..., Client]
NEW_PASSWORD = "another long password 43"


def works(org: Any, tokens: dict[str, Any]) -> bool:
    headers = {"Org": org.slug, "Authorization": f"JWT {tokens['access']}"}
    status = APIClient(headers=headers).get("/vault/auth/me").status_code
    assert status in {200, 401}
    return status == 200


def can_refresh(org: Any, tokens: dict[str, Any]) -> bool:
    client = APIClient(headers={"Org": org.slug})
    return client.post("/vault/auth/refresh", {"refresh": tokens["refresh"]}).status_code == 200


def test_deactivating_ends_all_sessions_and_sign_in(org: Any, client_for: ClientFor) -> None:
    admin, member = client_for(org), client_for(org, "editor")
    tokens = sign_in(org, member.username)
    admin.patch(f"/vault/users/{member.id}", {"is_active": False})
    assert not works(org, tokens)
    assert not can_refresh(org, tokens)
    body = {"username": member.username, "password": PASSWORD}
    assert APIClient().post("/vault/auth/token", body, headers={"Org": org.slug}).status_code == 401


def test_sessions_that_ended_by_deactivation_do_not_come_back(org: Any, client_for: ClientFor) -> None:
    admin, member = client_for(org), client_for(org, "editor")
    tokens = sign_in(org, member.username)
    for active in (False, True):
        assert admin.patch(f"/vault/users/{member.id}", {"is_active": active}).status_code == 200
    assert not works(org, tokens)
    assert not can_refresh(org, tokens)
    assert works(org, sign_in(org, member.username))


def test_a_new_password_ends_the_members_sessions(org: Any, client_for: ClientFor) -> None:
    admin, member = client_for(org), client_for(org, "editor")
    tokens = sign_in(org, member.username)
    assert admin.patch(f"/vault/users/{member.id}", {"password": NEW_PASSWORD}).status_code == 200
    assert not works(org, tokens)
    assert works(org, sign_in(org, member.username, NEW_PASSWORD))
    assert admin.get("/vault/auth/me").status_code == 200


def test_ones_own_new_password_leaves_the_session_that_set_it(org: Any, client_for: ClientFor) -> None:
    admin = client_for(org)
    elsewhere = sign_in(org, admin.username)
    assert admin.patch(f"/vault/users/{admin.id}", {"password": NEW_PASSWORD}).status_code == 200
    assert admin.get("/vault/auth/me").status_code == 200
    assert not works(org, elsewhere)


@pytest.mark.parametrize("change", [{"email": "a@example.org"}, {"role": "reader"}, {"is_active": True}])
def test_other_changes_end_no_session(org: Any, client_for: ClientFor, change: dict[str, Any]) -> None:
    admin, member = client_for(org), client_for(org, "editor")
    assert admin.patch(f"/vault/users/{member.id}", change).status_code == 200
    assert member.get("/vault/auth/me").status_code == 200


def test_a_demoted_member_loses_rights_at_once(org: Any, client_for: ClientFor) -> None:
    admin, other = client_for(org), client_for(org, username="other")
    assert other.get("/vault/users").status_code == 200
    admin.patch(f"/vault/users/{other.id}", {"role": "editor"})
    assert other.get("/vault/users").status_code == 403
