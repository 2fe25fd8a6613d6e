"""Whoever may manage members or roles gives nobody more than they have, themselves included."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from tests.clients import PASSWORD, Client
from VaultManagement.Roles.bll.service import custom_role_service
from VaultManagement.Users.bll.service import user_service

ClientFor = Callable[..., Client]
MANAGER = ("users.read", "users.manage", "roles.read", "roles.manage", "groups.manage", "documents.read")


@pytest.fixture
def admin(org: Any, client_for: ClientFor) -> Client:
    return client_for(org)


@pytest.fixture
def manager(org: Any, admin: Client, client_for: ClientFor) -> Client:
    """A member who manages members and roles, and may little else."""
    assert admin.post("/vault/roles", {"name": "manager", "permissions": MANAGER}).status_code == 201
    body = {"username": "max", "password": PASSWORD, "role": "manager"}
    assert admin.post("/vault/users", body).status_code == 201
    return client_for(org, username="max")


def refused(response: Any, *named: str) -> None:
    assert response.status_code == 403, response.content
    for each in named:
        assert each in response.json()["msg"]


@pytest.mark.parametrize("role", ["administrator", "editor", "reader"])
def test_a_built_in_role_that_is_more_cannot_be_given(manager: Client, role: str) -> None:
    refused(manager.post("/vault/users", {"username": "ann", "password": PASSWORD, "role": role}))
    refused(manager.patch(f"/vault/users/{manager.id}", {"role": role}), "To give this role")
    assert manager.get("/vault/auth/me").json()["role"] == "manager"


def test_a_role_that_is_no_more_can_be_given(admin: Client, manager: Client) -> None:
    assert (
        manager.post("/vault/roles", {"name": "clerk", "permissions": ["documents.read"]}).status_code == 201
    )
    body = {"username": "ann", "password": PASSWORD, "role": "clerk"}
    ann = manager.post("/vault/users", body)
    assert ann.status_code == 201
    path = f"/vault/users/{ann.json()['id']}"
    assert manager.patch(path, {"password": "another long password 43"}).status_code == 200
    assert manager.delete(path).status_code == 204


def test_a_permission_that_one_does_not_have_cannot_be_put_into_a_role(manager: Client) -> None:
    refused(
        manager.post("/vault/roles", {"name": "x", "permissions": ["documents.write"]}), "documents.write"
    )
    refused(manager.patch("/vault/roles/manager", {"permissions": [*MANAGER, "documents.write"]}))
    assert manager.patch("/vault/roles/manager", {"permissions": MANAGER}).status_code == 200


def test_a_custom_role_that_is_more_cannot_be_given(admin: Client, manager: Client) -> None:
    admin.post("/vault/roles", {"name": "writer", "permissions": ["documents.write"]})
    refused(manager.patch(f"/vault/users/{manager.id}", {"role": "writer"}), "documents.write")


@pytest.mark.parametrize(
    "change", [{"password": "taken over 44 times"}, {"is_active": False}, {"email": "a@b.org"}]
)
def test_the_account_of_somebody_who_may_more_cannot_be_taken_over(
    admin: Client, manager: Client, change: dict[str, Any]
) -> None:
    admin.post("/vault/roles", {"name": "writer", "permissions": ["documents.write"]})
    body = {"username": "wil", "password": PASSWORD, "role": "writer"}
    writer = admin.post("/vault/users", body).json()["id"]
    for target in (admin.id, writer):
        refused(manager.patch(f"/vault/users/{target}", change), "To change")
        refused(manager.delete(f"/vault/users/{target}"), "To change")


def test_who_was_added_without_a_role_is_a_reader_and_that_may_be_more(manager: Client) -> None:
    refused(manager.post("/vault/users", {"username": "ann", "password": PASSWORD}))


def test_the_last_administrator_stays_whatever_role_others_have(admin: Client, manager: Client) -> None:
    """A role of all permissions is no administrator: only the built-in one is."""
    assert admin.patch(f"/vault/users/{admin.id}", {"role": "manager"}).status_code == 409
    assert admin.delete(f"/vault/users/{admin.id}").status_code == 409
    assert admin.patch(f"/vault/users/{admin.id}", {"is_active": False}).status_code == 409


def test_a_role_is_not_removed_while_somebody_is_given_it(
    org: Any, admin: Client, client_for: ClientFor
) -> None:
    """Tried at the same time, again and again: afterwards nobody has a role that there is not."""
    users = [user_service.create(username=f"user-{number}") for number in range(4)]

    def at_once(role: str) -> None:
        together = Barrier(len(users) + 1)

        def act(user: Any) -> int:
            client = Client(id="", username="", headers={"Org": org.slug})
            client.defaults.update(admin.defaults)
            together.wait()
            try:
                if user is None:
                    return client.delete(f"/vault/roles/{role}").status_code
                return client.patch(f"/vault/users/{user.pk}", {"role": role}).status_code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(users) + 1) as threads:
            assert set(threads.map(act, [None, *users])) <= {200, 204, 400, 409}

    for number in range(5):
        role = f"role-{number}"
        assert admin.post("/vault/roles", {"name": role, "permissions": []}).status_code == 201
        at_once(role)
        there = {each.name for each in custom_role_service.filter()}
        assert {each.role for each in user_service.filter()} <= there | {"administrator", "reader"}
