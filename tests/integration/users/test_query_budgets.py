"""What each route of members costs, in statements by database; one is the session of whoever asks."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.clients import AUDITED, PASSWORD, Client, sign_in, statements
from VaultManagement.Users.bll.service import user_service
from VaultPlatform import tenancy

ClientFor = Callable[..., Client]


@pytest.fixture
def admin(org: Any, client_for: ClientFor) -> Client:
    admin = client_for(org)
    tenancy.get_organisation(org.slug)  # remembered for a moment, as in a site under load
    return admin


def cost(call: Callable[[], Any], status: int, *, audited: bool = True) -> int:
    """Statements on the organisation's database, those of the audit entry left out; there are no others elsewhere."""
    with statements() as counted:
        assert call().status_code == status
        used = counted()
    of_audit = AUDITED if audited else {"default": 0, "control": 0}
    assert used["control"] == of_audit["control"]
    return used["default"] - of_audit["default"]


def test_one_member_costs_three(admin: Client) -> None:
    assert cost(lambda: admin.get(f"/vault/users/{admin.id}"), 200, audited=False) == 3


def test_a_list_costs_four_for_one_row_and_for_a_hundred(admin: Client) -> None:
    assert cost(lambda: admin.get("/vault/users?limit=200"), 200, audited=False) == 4
    group = admin.post("/vault/groups", {"name": "All"}).json()["id"]
    members = user_service.bulk_create([{"username": f"user-{n}"} for n in range(100)])
    admin.patch(f"/vault/groups/{group}", {"members": [str(user.pk) for user in members]})
    assert cost(lambda: admin.get("/vault/users?limit=200"), 200, audited=False) == 4


def test_a_new_member_costs_four_and_two_more_with_groups(admin: Client) -> None:
    body = {"username": "ann", "password": PASSWORD}
    assert cost(lambda: admin.post("/vault/users", body), 201) == 4
    groups = [admin.post("/vault/groups", {"name": name}).json()["id"] for name in "ab"]
    body = {**body, "username": "bob", "groups": groups}
    assert cost(lambda: admin.post("/vault/users", body), 201) == 6


def test_a_change_costs_four_and_one_more_for_ended_sessions(admin: Client) -> None:
    path = f"/vault/users/{user_service.create(username='ann', role='editor').pk}"
    assert cost(lambda: admin.patch(path, {"role": "reader"}), 200) == 4
    assert cost(lambda: admin.patch(path, {"is_active": False}), 200) == 5


def test_a_deletion_costs_as_much_with_many_sessions_as_with_one(org: Any, admin: Client) -> None:
    def deletion(sessions: int) -> int:
        user = user_service.create(username=f"with-{sessions}", password=PASSWORD)
        for _ in range(sessions):
            sign_in(org, user.username)
        return cost(lambda: admin.delete(f"/vault/users/{user.pk}"), 204)

    assert deletion(1) == deletion(3)
