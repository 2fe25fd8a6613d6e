"""Roles of an organisation's own over REST: what they are made of, and what their members may do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from tests.clients import PASSWORD, Client
from VaultManagement.Roles.bll.service import custom_role_service
from VaultPlatform.identity.permissions import permissions

ClientFor = Callable[..., Client]


@pytest.fixture
def admin(org: Any, client_for: ClientFor) -> Client:
    return client_for(org)


@pytest.fixture
def member(org: Any, admin: Client, client_for: ClientFor) -> Callable[..., Client]:
    """`member("documents.read", …)` is a client of somebody whose role gives just that."""

    def member(*granted: str, name: str = "clerk") -> Client:
        made = admin.post("/vault/roles", {"name": name, "permissions": granted})
        assert made.status_code == 201, made.content
        body = {"username": f"the-{name}", "password": PASSWORD, "role": name}
        assert admin.post("/vault/users", body).status_code == 201
        return client_for(org, username=f"the-{name}")

    return member


def test_a_role_is_made_listed_changed_and_removed(admin: Client) -> None:
    body = {"name": "clerk", "permissions": ["documents.read", "bookmarks.write"], "description": "Counts."}
    made = admin.post("/vault/roles", body)
    assert made.status_code == 201
    role = made.json()
    assert role["permissions"] == ["bookmarks.write", "documents.read"]
    assert admin.get("/vault/roles").json() == {"results": [role], "total": 1}
    assert admin.get("/vault/roles/clerk").json() == role
    changed = admin.patch("/vault/roles/clerk", {"permissions": ["documents.read"]}).json()
    assert changed == {**role, "permissions": ["documents.read"]}
    assert admin.patch("/vault/roles/clerk", {"description": ""}).json()["description"] == ""
    assert admin.delete("/vault/roles/clerk").status_code == 204
    for method in ("get", "patch", "delete"):
        assert getattr(admin, method)("/vault/roles/clerk").status_code == 404


MISFITS = [
    ({"name": "Clerk"}, "name"),
    ({"name": "reader"}, "built-in"),
    ({"name": "c" * 41}, "name"),
    ({"name": "clerk\x00"}, "name"),
    ({"name": "../clerk"}, "name"),
    ({"permissions": "documents.read"}, "permissions"),
    ({"permissions": [5.5]}, "permissions"),
    ({"permissions": ["documents.raed"]}, "Did you mean documents.read?"),
    ({"permissions": ["elsewhere.do"]}, "Is the plugin that brings it on?"),
    ({"least_role": "reader"}, "least_role"),
]


@pytest.mark.parametrize(("fields", "told"), MISFITS, ids=str)
def test_what_does_not_fit_is_told_in_a_400(admin: Client, fields: dict[str, Any], told: str) -> None:
    response = admin.post("/vault/roles", {"name": "clerk", "permissions": [], **fields})
    assert response.status_code == 400, response.content
    assert told in response.json()["msg"]


def test_a_name_that_is_taken_is_a_409(admin: Client) -> None:
    body = {"name": "clerk", "permissions": []}
    assert admin.post("/vault/roles", body).status_code == 201
    assert admin.post("/vault/roles", body).status_code == 409


def test_a_role_that_members_have_cannot_be_removed(admin: Client, member: Any) -> None:
    clerk = member()
    response = admin.delete("/vault/roles/clerk")
    assert response.status_code == 409
    assert "1 member" in response.json()["msg"]
    assert admin.patch(f"/vault/users/{clerk.id}", {"role": "reader"}).status_code == 200
    assert admin.delete("/vault/roles/clerk").status_code == 204


def test_nobody_can_be_given_a_role_that_there_is_not(admin: Client) -> None:
    body = {"username": "ann", "password": PASSWORD, "role": "clerk"}
    response = admin.post("/vault/users", body)
    assert response.status_code == 400
    assert response.json()["msg"].startswith("role: there is no role 'clerk'")


def test_members_of_a_role_may_what_it_gives_and_nothing_else(member: Any) -> None:
    clerk = member("documents.read", "bookmarks.write", "users.read")
    assert clerk.get("/vault/documents").status_code == 200
    assert clerk.get("/vault/users").status_code == 200
    body = {"target_url": "https://example.org/", "title": "t"}
    assert clerk.post("/vault/bookmarks/share", body).status_code == 201
    refused = clerk.get("/vault/bookmarks")
    assert refused.status_code == 403
    assert "'bookmarks.read', which your role 'clerk' does not have" in refused.json()["msg"]
    assert clerk.post("/vault/users", {}).status_code == 403
    assert clerk.post("/vault/documents", {}).status_code == 403
    assert clerk.get("/vault/plugins").status_code == 403


def test_a_role_of_nothing_still_has_ones_own_sign_in(member: Any) -> None:
    clerk = member()
    assert clerk.get("/vault/auth/me").json()["permissions"] == []
    assert clerk.get("/vault/auth/sessions").status_code == 200
    assert clerk.get("/vault/api-keys").status_code == 403
    assert clerk.post("/vault/auth/logout").status_code == 204


def test_a_changed_role_counts_at_once(admin: Client, member: Any) -> None:
    clerk = member("documents.read")
    admin.patch("/vault/roles/clerk", {"permissions": ["bookmarks.read"]})
    assert clerk.get("/vault/documents").status_code == 403
    assert clerk.get("/vault/bookmarks").status_code == 200


def test_what_only_code_asks_for_can_be_granted_as_well(admin: Client, member: Any) -> None:
    body = {"target_url": "https://example.org/", "title": "t"}
    foreign = [admin.post("/vault/bookmarks/share", body).json()["id"] for _ in range(2)]
    clerk = member("bookmarks.write", name="clerk")
    chief = member("bookmarks.write", "bookmarks.manage", name="chief")
    assert clerk.delete(f"/vault/bookmarks/{foreign[0]}").status_code == 403
    assert chief.delete(f"/vault/bookmarks/{foreign[0]}").status_code == 204


def test_permissions_of_a_plugin_that_is_off_stay_and_grant_nothing(admin: Client, member: Any) -> None:
    clerk = member("documents.read")
    role = custom_role_service.get(name="clerk")
    assert role is not None
    custom_role_service.update(role, permissions=["documents.read", "gone.manage"])
    assert clerk.get("/vault/auth/me").json()["permissions"] == ["documents.read"]
    changed = admin.patch("/vault/roles/clerk", {"permissions": ["gone.manage", "bookmarks.read"]})
    assert changed.json()["permissions"] == ["bookmarks.read", "gone.manage"]
    assert admin.patch("/vault/roles/clerk", {"permissions": ["other.manage"]}).status_code == 400


def test_all_permissions_are_listed_with_the_least_role_and_where_they_come_from(admin: Client) -> None:
    listed = admin.get("/vault/permissions?limit=200").json()["results"]
    assert [each["name"] for each in listed] == sorted(permissions())
    by_name = {each["name"]: (each["least_role"], each["source"]) for each in listed}
    assert by_name["documents.read"] == ("reader", "core")
    assert by_name["documents.write"] == ("editor", "core")
    assert by_name["users.manage"] == ("administrator", "core")
    assert by_name["bookmarks.manage"] == ("administrator", "Bookmarks_Plugin")


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_roles_are_for_administrators(org: Any, client_for: ClientFor, role: str) -> None:
    client = client_for(org, role)
    for path in ("roles", "permissions", "roles/clerk"):
        assert client.get(f"/vault/{path}").status_code == 403
    assert client.post("/vault/roles", {}).status_code == 403


def test_roles_of_another_organisation_are_unknown(
    admin: Client, make_org: Any, client_for: ClientFor
) -> None:
    admin.post("/vault/roles", {"name": "clerk", "permissions": []})
    stranger = client_for(make_org())
    assert stranger.get("/vault/roles").json()["total"] == 0
    assert stranger.get("/vault/roles/clerk").status_code == 404
    body = {"username": "ann", "password": PASSWORD, "role": "clerk"}
    assert stranger.post("/vault/users", body).status_code == 400


def test_nobody_signs_out_or_takes_keys_from_somebody_who_may_more(
    admin: Client, member: Callable[..., Client]
) -> None:
    body = {
        "name": "robot",
        "permissions": ["documents.read"],
        "expires_at": (now() + timedelta(days=1)).isoformat(),
    }
    key = admin.post("/vault/api-keys", body).json()["id"]
    manager = member("users.read", "users.manage", "api_keys.use")
    assert manager.delete(f"/vault/users/{admin.id}/sessions").status_code == 403
    assert manager.delete(f"/vault/api-keys/{key}").status_code == 403
    assert admin.get("/vault/api-keys").json()["total"] == 1
    own = manager.post("/vault/api-keys", {**body, "permissions": ["users.read"]}).json()["id"]
    assert manager.delete(f"/vault/api-keys/{own}").status_code == 204
    assert manager.delete(f"/vault/users/{manager.id}/sessions").status_code == 204
