"""Members over REST: what administrators can do with them, and what is refused."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from tests.clients import PASSWORD, Client, sign_in
from VaultManagement.Users.bll.service import user_service

ClientFor = Callable[..., Client]


@pytest.fixture
def admin(org: Any, client_for: ClientFor) -> Client:
    return client_for(org)


def new_user(admin: Client, **fields: Any) -> dict[str, Any]:
    body = {"username": f"user-{uuid4().hex[:6]}", "password": PASSWORD, **fields}
    response = admin.post("/vault/users", body)
    assert response.status_code == 201, response.content
    return dict(response.json())


def test_a_new_member_is_shown_as_it_was_made_and_without_a_password(admin: Client) -> None:
    group = admin.post("/vault/groups", {"name": "Readers"}).json()["id"]
    made = new_user(admin, username="ann", email="ann@example.org", role="editor", groups=[group])
    assert made.keys() == {"id", "username", "email", "role", "is_active", "groups", "created_at"}
    shown = {
        "username": "ann",
        "email": "ann@example.org",
        "role": "editor",
        "is_active": True,
        "groups": [group],
    }
    assert shown.items() <= made.items()
    assert admin.get(f"/vault/users/{made['id']}").json() == made


def test_a_new_member_is_by_default_an_active_reader_in_no_group(admin: Client) -> None:
    made = new_user(admin)
    assert (made["role"], made["is_active"], made["groups"], made["email"]) == ("reader", True, [], "")


def test_a_new_member_can_sign_in_with_the_password(org: Any, admin: Client) -> None:
    new_user(admin, username="ann")
    assert sign_in(org, "ann")["access"]


def test_a_new_member_is_told_to_plugins_after_the_commit(admin: Client, events: list[Any]) -> None:
    made = new_user(admin)
    assert events == [("on_user_created", {"user_id": made["id"]})]


def test_a_refused_member_is_told_to_nobody(admin: Client, events: list[Any]) -> None:
    admin.post("/vault/users", {"username": admin.username, "password": PASSWORD})
    assert events == []


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_only_administrators_get_near(org: Any, client_for: ClientFor, role: str) -> None:
    member = client_for(org, role)
    for path in ("/vault/users", "/vault/groups", f"/vault/users/{uuid4()}", "/vault/groups/1"):
        for method in ("get", "post", "patch", "delete"):
            assert getattr(member, method)(path).status_code == 403, (method, path)


def test_nobody_gets_near_without_a_token(org: Any) -> None:
    assert APIClient(headers={"Org": org.slug}).get("/vault/users").status_code == 401


def test_other_organisations_members_are_unknown(
    org: Any, make_org: Callable[..., Any], client_for: ClientFor
) -> None:
    stranger = client_for(make_org())
    admin = client_for(org)
    for response in (admin.get(f"/vault/users/{stranger.id}"), admin.delete(f"/vault/users/{stranger.id}")):
        assert response.status_code == 404
    assert [user["username"] for user in admin.get("/vault/users").json()["results"]] == [admin.username]
    assert stranger.get("/vault/auth/me").status_code == 200


MISFITS: list[tuple[dict[str, Any], str]] = [
    ({"username": ""}, "username"),
    ({"username": "with space"}, "username"),
    ({"username": "a" * 151}, "username"),
    ({"username": "nul\x00"}, "username"),
    ({"username": "\ufdfa"}, "username"),  # one letter, which the kept form spells out in words
    ({"password": "short"}, "password"),
    ({"password": "password123"}, "password"),
    ({"username": "konstantin", "password": "konstantin1"}, "password"),
    ({"email": "nowhere"}, "email"),
    ({"role": "owner"}, "role"),
    ({"is_active": "perhaps"}, "is_active"),
    ({"groups": [987654]}, "groups"),
    ({"groups": [10**30]}, "groups"),
    ({"groups": "all"}, "groups"),
    ({"is_superuser": True}, "is_superuser"),
]


def test_a_field_that_does_not_fit_is_named_in_a_400(admin: Client) -> None:
    for fields, named in MISFITS:
        response = admin.post("/vault/users", {"username": "ann", "password": PASSWORD, **fields})
        assert response.status_code == 400, (fields, response.content)
        assert named in response.json()["msg"]
    assert admin.get("/vault/users").json()["total"] == 1


def test_a_body_that_is_no_object_is_a_400(admin: Client) -> None:
    for body in ([], "text", 5, None):
        assert admin.post("/vault/users", body).status_code == 400, body


def test_a_form_is_a_415(admin: Client) -> None:
    assert admin.post("/vault/users", {"username": "ann"}, format="multipart").status_code == 415


@pytest.mark.parametrize("taken", ["ann", "ANN", "\uff41nn"])
def test_a_name_that_is_taken_is_a_409_whatever_its_case_and_form(admin: Client, taken: str) -> None:
    new_user(admin, username="ann")
    response = admin.post("/vault/users", {"username": taken, "password": PASSWORD})
    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    other = new_user(admin)
    assert admin.patch(f"/vault/users/{other['id']}", {"username": taken}).status_code == 409


def test_a_member_can_be_given_their_own_name_in_another_case(admin: Client) -> None:
    made = new_user(admin, username="ann")
    assert admin.patch(f"/vault/users/{made['id']}", {"username": "Ann"}).json()["username"] == "Ann"


def test_patch_changes_what_is_given_and_nothing_else(admin: Client) -> None:
    made = new_user(admin, email="old@example.org")
    answer = admin.patch(f"/vault/users/{made['id']}", {"email": "new@example.org", "role": "editor"})
    assert answer.status_code == 200
    assert answer.json() == {**made, "email": "new@example.org", "role": "editor"}
    assert admin.get(f"/vault/users/{made['id']}").json() == answer.json()
    assert admin.patch(f"/vault/users/{made['id']}", {}).json() == answer.json()


def test_groups_are_replaced_as_a_whole(admin: Client) -> None:
    first, second = (admin.post("/vault/groups", {"name": name}).json()["id"] for name in "ab")
    made = new_user(admin, groups=[first])
    path = f"/vault/users/{made['id']}"
    assert admin.patch(path, {"groups": [second, second]}).json()["groups"] == [second]
    assert admin.patch(path, {"groups": [first, 987654]}).status_code == 400
    assert admin.get(path).json()["groups"] == [second]
    assert admin.patch(path, {"groups": []}).json()["groups"] == []


def test_an_unknown_id_is_a_404(admin: Client) -> None:
    for method in ("get", "patch", "delete"):
        for unknown in (uuid4(), "no-uuid", "1"):
            response = getattr(admin, method)(f"/vault/users/{unknown}")
            assert response.status_code == 404, (method, unknown)


def test_a_new_password_is_held_to_the_rules_with_the_members_name_in_mind(admin: Client) -> None:
    made = new_user(admin, username="konstantin")
    response = admin.patch(f"/vault/users/{made['id']}", {"password": "konstantin1"})
    assert response.status_code == 400
    assert response.json()["msg"].startswith("password: ")


def test_a_deleted_member_is_gone_and_signed_out(org: Any, admin: Client, client_for: ClientFor) -> None:
    member = client_for(org, "editor")
    assert admin.delete(f"/vault/users/{member.id}").status_code == 204
    assert admin.get(f"/vault/users/{member.id}").status_code == 404
    assert member.get("/vault/auth/me").status_code == 401


def test_a_member_who_owns_a_document_cannot_be_deleted_but_deactivated(
    org: Any, admin: Client, client_for: ClientFor
) -> None:
    author = client_for(org, "editor")
    file = SimpleUploadedFile("a.txt", b"text", "text/plain")
    assert author.post("/vault/documents", {"file": file}, format="multipart").status_code == 201
    response = admin.delete(f"/vault/users/{author.id}")
    assert response.status_code == 409
    assert "Deactivate" in response.json()["msg"]
    assert admin.patch(f"/vault/users/{author.id}", {"is_active": False}).json()["is_active"] is False


def test_members_come_in_pages_by_name(org: Any, client_for: ClientFor) -> None:
    admin = client_for(org, username="d")
    user_service.bulk_create([{"username": name} for name in "bca"])
    for limit, offset, names in ((2, 0, ["a", "b"]), (2, 2, ["c", "d"]), (9, 9, [])):
        page = admin.get(f"/vault/users?limit={limit}&offset={offset}").json()
        assert [user["username"] for user in page["results"]] == names
        assert page["total"] == 4


def test_a_page_that_cannot_be_is_a_400(admin: Client) -> None:
    for query in ("limit=0", "limit=201", "limit=x", "offset=-1", "offset=99999999999999999999"):
        assert admin.get(f"/vault/users?{query}").status_code == 400, query
