"""Groups over REST: what administrators can do with them, what is refused, what it costs."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group

from tests.clients import AUDITED, Client, statements
from VaultManagement.Groups.bll.service import group_service
from VaultManagement.Users.bll.service import user_service
from VaultPlatform import tenancy

ClientFor = Callable[..., Client]


@pytest.fixture
def admin(org: Any, client_for: ClientFor) -> Client:
    return client_for(org)


def new_group(admin: Client, **fields: Any) -> dict[str, Any]:
    response = admin.post("/vault/groups", {"name": f"group-{uuid4().hex[:6]}", **fields})
    assert response.status_code == 201, response.content
    return dict(response.json())


def new_members(count: int) -> list[str]:
    rows = user_service.bulk_create([{"username": f"user-{uuid4().hex}"} for _ in range(count)])
    return sorted(str(user.pk) for user in rows)


def test_a_new_group_is_shown_as_it_was_made(admin: Client) -> None:
    members = new_members(2)
    made = new_group(admin, name="Readers of law", members=members)
    assert made == {"id": made["id"], "name": "Readers of law", "members": members}
    assert admin.get(f"/vault/groups/{made['id']}").json() == made
    assert admin.get("/vault/groups").json() == {"results": [made], "total": 1}


def test_members_show_the_group_and_the_group_its_members(admin: Client) -> None:
    group = new_group(admin, members=[admin.id])
    assert admin.get(f"/vault/users/{admin.id}").json()["groups"] == [group["id"]]
    admin.patch(f"/vault/users/{admin.id}", {"groups": []})
    assert admin.get(f"/vault/groups/{group['id']}").json()["members"] == []


def test_patch_changes_what_is_given_and_nothing_else(admin: Client) -> None:
    first, second = new_members(2)
    made = new_group(admin, members=[first])
    path = f"/vault/groups/{made['id']}"
    assert admin.patch(path, {"name": "New"}).json() == {**made, "name": "New"}
    assert admin.patch(path, {"members": [second]}).json() == {**made, "name": "New", "members": [second]}
    assert admin.patch(path, {}).json() == {**made, "name": "New", "members": [second]}


def test_a_refused_change_leaves_name_and_members(admin: Client) -> None:
    taken = new_group(admin)["name"]
    made = new_group(admin, members=[admin.id])
    assert admin.patch(f"/vault/groups/{made['id']}", {"members": [], "name": taken}).status_code == 409
    assert admin.get(f"/vault/groups/{made['id']}").json() == made


def test_a_name_that_is_taken_is_a_409(admin: Client) -> None:
    name = new_group(admin)["name"]
    response = admin.post("/vault/groups", {"name": name})
    assert (response.status_code, response.json()["code"]) == (409, "conflict")


def test_a_field_that_does_not_fit_is_named_in_a_400(admin: Client) -> None:
    made = new_group(admin)
    misfits: list[tuple[dict[str, Any], str]] = [
        ({"name": ""}, "name"),
        ({"name": "x" * 151}, "name"),
        ({"members": ["no-uuid"]}, "members"),
        ({"members": [str(uuid4())]}, "members"),
        ({"permissions": [1]}, "permissions"),
    ]
    for fields, named in misfits:
        for response in (
            admin.post("/vault/groups", {"name": "New", **fields}),
            admin.patch(f"/vault/groups/{made['id']}", fields),
        ):
            assert response.status_code == 400, (fields, response.content)
            assert named in response.json()["msg"]
    assert admin.get("/vault/groups").json() == {"results": [made], "total": 1}


def test_another_organisations_member_cannot_be_put_into_a_group(
    admin: Client, make_org: Callable[..., Any], client_for: ClientFor
) -> None:
    stranger = client_for(make_org())
    assert admin.post("/vault/groups", {"name": "New", "members": [stranger.id]}).status_code == 400


def test_a_deleted_group_is_gone_and_its_members_stay(admin: Client) -> None:
    group = new_group(admin, members=[admin.id])
    assert admin.delete(f"/vault/groups/{group['id']}").status_code == 204
    assert admin.get(f"/vault/users/{admin.id}").json()["groups"] == []


def test_an_unknown_id_is_a_404(admin: Client) -> None:
    for method in ("get", "patch", "delete"):
        for unknown in ("987654", "0", "9" * 30, "-1", str(uuid4())):
            response = getattr(admin, method)(f"/vault/groups/{unknown}")
            assert response.status_code == 404, (method, unknown, response.content)


def test_groups_come_in_pages_by_name(admin: Client) -> None:
    group_service.bulk_create([Group(name=name) for name in "dbca"])
    page = admin.get("/vault/groups?limit=2&offset=1").json()
    assert ([group["name"] for group in page["results"]], page["total"]) == (["b", "c"], 4)


def test_each_route_costs_what_it_is_said_to(org: Any, admin: Client) -> None:
    tenancy.get_organisation(org.slug)  # remembered for a moment, as in a site under load

    def cost(call: Callable[[], Any], *, audited: bool = False) -> int:
        with statements() as counted:
            assert call().status_code < 300
            used = counted()
        assert used["control"] == (AUDITED["control"] if audited else 0)
        return used["default"] - (AUDITED["default"] if audited else 0)

    few, many = new_group(admin, members=new_members(1)), new_group(admin, members=new_members(100))
    session = 1
    for group in (few, many):
        assert cost(lambda group=group: admin.get(f"/vault/groups/{group['id']}")) == session + 2
    assert cost(lambda: admin.get("/vault/groups?limit=1")) == session + 3
    group_service.bulk_create([Group(name=f"g{n}") for n in range(100)])
    assert cost(lambda: admin.get("/vault/groups?limit=200")) == session + 3
    assert cost(lambda: admin.post("/vault/groups", {"name": "One more"}), audited=True) == session + 2
    assert (
        cost(lambda: admin.patch(f"/vault/groups/{few['id']}", {"name": "Renamed"}), audited=True)
        == session + 3
    )
