"""API keys: what a program may do with one, and when it may no more."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from tests.clients import PASSWORD, Client, statements
from VaultManagement.Users.bll.service import user_service
from VaultPlatform import tenancy
from VaultPlatform.identity.api_keys import NOTED_EVERY
from VaultPlatform.identity.service import api_key_service

ClientFor = Callable[..., Client]
ADDRESS = {"target_url": "https://example.org/", "title": "t"}


@pytest.fixture
def admin(org: Any, client_for: ClientFor) -> Client:
    return client_for(org)


def soon(**time: float) -> str:
    return (timezone.now() + timedelta(**(time or {"days": 1}))).isoformat()


def made(owner: Client, *granted: str, **fields: Any) -> dict[str, Any]:
    """A new key as its owner is told it, this once."""
    body = {"name": "robot", "permissions": granted or ["documents.read"], "expires_at": soon(), **fields}
    response = owner.post("/vault/api-keys", body)
    assert response.status_code == 201, response.content
    return dict(response.json())


def with_key(org: Any, key: str, scheme: str = "ApiKey") -> APIClient:
    return APIClient(headers={"Org": org.slug, "Authorization": f"{scheme} {key}"})


def test_a_key_is_shown_once_and_only_its_digest_kept(admin: Client) -> None:
    told = made(admin, "documents.read", "bookmarks.write")
    assert told["key"].startswith(told["prefix"])
    assert len(told["key"]) == len("vk_") + 43
    key = told.pop("key")
    assert admin.get("/vault/api-keys").json() == {"results": [told], "total": 1}
    (row,) = api_key_service.filter()
    assert row.sha256 == sha256(key.encode()).hexdigest()
    assert key not in str(vars(row))


@pytest.mark.parametrize("scheme", ["ApiKey", "apikey", "Bearer", "JWT"])
def test_a_key_opens_what_it_was_made_for(org: Any, admin: Client, scheme: str) -> None:
    robot = with_key(org, made(admin, "documents.read", "bookmarks.write")["key"], scheme)
    assert robot.get("/vault/documents").status_code == 200
    assert robot.post("/vault/bookmarks/share", ADDRESS).status_code == 201
    for refused in (robot.get("/vault/bookmarks"), robot.get("/vault/users"), robot.post("/vault/documents")):
        assert refused.status_code == 403
        assert "which this API key or its owner does not have" in refused.json()["msg"]
    me = robot.get("/vault/auth/me").json()
    assert (me["username"], me["permissions"]) == (admin.username, ["bookmarks.write", "documents.read"])


def test_a_key_in_an_administrators_name_is_none(org: Any, admin: Client, client_for: ClientFor) -> None:
    """What only the code behind a view asks for is the key's own as well."""
    bookmark = client_for(org, "editor").post("/vault/bookmarks/share", ADDRESS).json()["id"]
    assert (
        with_key(org, made(admin, "bookmarks.write")["key"])
        .delete(f"/vault/bookmarks/{bookmark}")
        .status_code
        == 403
    )
    may = with_key(org, made(admin, "bookmarks.write", "bookmarks.manage")["key"])
    assert may.delete(f"/vault/bookmarks/{bookmark}").status_code == 204


PEOPLES = [
    ("post", "auth/logout"),
    ("get", "auth/sessions"),
    ("delete", f"auth/sessions/{UUID(int=1)}"),
    ("post", "auth/password"),
    ("get", f"users/{UUID(int=1)}/sessions"),
    ("delete", f"users/{UUID(int=1)}/sessions"),
    ("get", "api-keys"),
    ("post", "api-keys"),
    ("delete", f"api-keys/{UUID(int=1)}"),
]


@pytest.mark.parametrize(("method", "path"), PEOPLES)
def test_what_is_for_people_is_closed_to_every_key(org: Any, admin: Client, method: str, path: str) -> None:
    everything = admin.get("/vault/auth/me").json()["permissions"]
    robot = with_key(org, made(admin, *everything)["key"])
    response = getattr(robot, method)(f"/vault/{path}")
    assert response.status_code == 403
    assert "not for API keys" in response.json()["msg"]


def test_a_key_manages_members_where_it_was_made_for_that_and_gives_no_more_than_it_has(
    org: Any, admin: Client
) -> None:
    robot = with_key(org, made(admin, "users.read", "users.manage", "documents.read")["key"])
    body = {"username": "ann", "password": PASSWORD}
    assert robot.post("/vault/users", {**body, "role": "administrator"}).status_code == 403
    assert robot.patch(f"/vault/users/{admin.id}", {"password": "taken over 44 times"}).status_code == 403
    assert robot.get(f"/vault/users/{admin.id}").status_code == 200


def test_nobody_makes_a_key_that_may_more_than_they(org: Any, client_for: ClientFor) -> None:
    reader = client_for(org, "reader")
    body = {"name": "robot", "permissions": ["documents.write"], "expires_at": soon()}
    response = reader.post("/vault/api-keys", body)
    assert response.status_code == 403
    assert "documents.write" in response.json()["msg"]
    assert made(reader, "documents.read")


def test_a_key_may_no_more_than_its_owner_may_now(org: Any, admin: Client, client_for: ClientFor) -> None:
    editor = client_for(org, "editor")
    robot = with_key(org, made(editor, "documents.read", "bookmarks.write")["key"])
    assert robot.post("/vault/bookmarks/share", ADDRESS).status_code == 201
    admin.patch(f"/vault/users/{editor.id}", {"role": "reader"})
    assert robot.post("/vault/bookmarks/share", ADDRESS).status_code == 403
    assert robot.get("/vault/documents").status_code == 200
    admin.post("/vault/roles", {"name": "clerk", "permissions": ["bookmarks.write"]})
    admin.patch(f"/vault/users/{editor.id}", {"role": "clerk"})
    assert robot.post("/vault/bookmarks/share", ADDRESS).status_code == 201
    assert robot.get("/vault/documents").status_code == 403


@pytest.mark.parametrize("end", ["revoked", "expired", "owner inactive", "owner gone"])
def test_a_key_that_has_ended_is_a_401(org: Any, admin: Client, client_for: ClientFor, end: str) -> None:
    owner = client_for(org, "editor")
    told = made(owner)
    robot = with_key(org, told["key"])
    assert robot.get("/vault/documents").status_code == 200
    if end == "revoked":
        assert owner.delete(f"/vault/api-keys/{told['id']}").status_code == 204
        assert owner.delete(f"/vault/api-keys/{told['id']}").status_code == 404
        assert owner.get("/vault/api-keys").json()["total"] == 0
    elif end == "expired":
        api_key_service.filter().update(expires_at=timezone.now())
    elif end == "owner inactive":
        admin.patch(f"/vault/users/{owner.id}", {"is_active": False})
    else:
        assert admin.delete(f"/vault/users/{owner.id}").status_code == 204
    response = robot.get("/vault/documents")
    assert response.status_code == 401
    assert response.json()["msg"].startswith("This API key is not known here")


def test_a_key_of_another_organisation_is_unknown_everywhere(org: Any, admin: Client, make_org: Any) -> None:
    other = make_org()
    key = made(admin)["key"]
    assert with_key(other, key).get("/vault/documents").status_code == 401
    assert (
        APIClient(headers={"Authorization": f"ApiKey {key}"}).get("/vault/site/organisations").status_code
        == 401
    )


@pytest.mark.parametrize(
    "key",
    [
        "vk_",
        "vk_" + "x" * 43,
        "x" * 46,
        "VK_abc",
        "vk_\u00fc",
        "vk_a\x00b",
        "vk_' OR 1=1 --",
        "vk_" + "x" * 100_000,
    ],
    ids=lambda key: key[:16],
)
@pytest.mark.parametrize("scheme", ["ApiKey", "Bearer"])
def test_what_is_no_key_is_a_401(org: Any, key: str, scheme: str) -> None:
    assert with_key(org, key, scheme).get("/vault/documents").status_code == 401


def test_a_token_is_no_key(org: Any, admin: Client) -> None:
    token = str(admin.defaults["HTTP_AUTHORIZATION"]).partition(" ")[2]
    assert with_key(org, token).get("/vault/documents").status_code == 401


MISFITS = [
    ({"permissions": []}, "permissions"),
    ({"permissions": ["documents.raed"]}, "Did you mean documents.read?"),
    ({"expires_at": None}, "expires_at"),
    ({"expires_at": soon(days=-1)}, "expires_at"),
    ({"expires_at": soon(days=366)}, "at the latest in 365 days"),
    ({"name": ""}, "name"),
    ({"name": "a\x00"}, "name"),
    ({"owner": "admin"}, "owner"),
]


@pytest.mark.parametrize(
    ("fields", "told"), MISFITS, ids=lambda given: " ".join(given) if isinstance(given, dict) else ""
)
def test_what_does_not_fit_is_told_in_a_400(admin: Client, fields: dict[str, Any], told: str) -> None:
    body = {"name": "robot", "permissions": ["documents.read"], "expires_at": soon(), **fields}
    response = admin.post("/vault/api-keys", body)
    assert response.status_code == 400, response.content
    assert told in response.json()["msg"]


def test_the_settings_say_how_long_a_key_may_live(admin: Client, settings: Any) -> None:
    settings.API_KEY_DAYS = 2
    assert made(admin, expires_at=soon(days=1.9))
    body = {"name": "robot", "permissions": ["documents.read"], "expires_at": soon(days=2.1)}
    assert admin.post("/vault/api-keys", body).status_code == 400


def test_keys_are_ones_own_and_administrators_see_and_end_all(
    org: Any, admin: Client, client_for: ClientFor
) -> None:
    reader, other = client_for(org, "reader"), client_for(org, "editor")
    told = made(reader)
    assert other.get("/vault/api-keys").json()["total"] == 0
    assert other.get("/vault/api-keys?all=true").status_code == 403
    assert other.delete(f"/vault/api-keys/{told['id']}").status_code == 404
    assert admin.get("/vault/api-keys").json()["total"] == 0
    (listed,) = admin.get("/vault/api-keys?all=true").json()["results"]
    assert (listed["id"], listed["owner"]) == (told["id"], reader.username)
    assert admin.delete(f"/vault/api-keys/{told['id']}").status_code == 204


def test_a_request_costs_its_one_query_and_once_in_a_while_the_note_of_its_use(
    org: Any, admin: Client
) -> None:
    robot = with_key(org, made(admin)["key"])
    tenancy.get_organisation(org.slug)

    def cost() -> int:
        with statements() as counted:
            assert robot.get("/vault/auth/me").status_code == 200
            return counted()["default"]

    assert [cost() for _ in range(3)] == [2, 1, 1]
    first = api_key_service.filter().get().last_used_at
    assert first is not None
    api_key_service.filter().update(last_used_at=first - NOTED_EVERY)
    assert [cost() for _ in range(2)] == [2, 1]


def test_the_key_itself_is_in_no_row_of_the_organisation(org: Any, admin: Client) -> None:
    from tests.integration.workflows.state import everything

    key = made(admin)["key"]
    with_key(org, key).get("/vault/documents")
    assert key not in repr(everything())


def test_a_member_without_a_password_is_no_way_around_keys(org: Any, admin: Client) -> None:
    """Who was made for a program alone signs in by nothing, and their keys work."""
    robot = user_service.create(username="robot", role="reader")
    api_key_service.create(
        user=robot,
        name="k",
        prefix="vk_x",
        sha256=sha256(b"vk_x").hexdigest(),
        permissions=["documents.read"],
        expires_at=timezone.now() + timedelta(days=1),
    )
    assert with_key(org, "vk_x").get("/vault/documents").status_code == 200
    body = {"username": "robot", "password": ""}
    assert APIClient().post("/vault/auth/token", body, headers={"Org": org.slug}).status_code == 400
