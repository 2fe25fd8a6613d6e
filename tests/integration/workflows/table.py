"""A request for every workflow there is: a workflow that is not in here fails a test.

Each entry makes what the request needs and returns it, to be sent as often as wanted: while nothing comes of it, it is
good again. It is rich, so that each table which the workflow may write to is written to.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from tests.clients import PASSWORD, Client, Clients, sign_in
from VaultPlatform import tenancy

Request = Callable[[], Any]
NEW_PASSWORD = "another long password 43"


@dataclass(frozen=True, kw_only=True)
class World:
    """The current organisation, who makes clients, and what is called when the test is over."""

    org: tenancy.Organisation
    clients: Clients
    at_the_end: ExitStack

    @property
    def admin(self) -> Client:
        return self.clients.client_for(self.org)

    def anybody(self) -> APIClient:
        return APIClient(headers={"Org": self.org.slug})

    def made(self, path: str, **body: Any) -> Any:
        """The id of something new."""
        response = self.admin.post(f"/vault/{path}", body)
        assert response.status_code == 201, response.content
        return response.json()["id"]

    def member(self, name: str) -> str:
        """The id of a member who is in two groups and has signed in twice."""
        groups = [self.group() for _ in range(2)]
        user = self.made("users", username=name, password=PASSWORD, role="editor", groups=groups)
        for _ in range(2):
            sign_in(self.org, name)
        return str(user)

    def group(self) -> int:
        return int(self.made("groups", name=f"group-{uuid4().hex[:6]}", members=[self.admin.id]))

    def document(self) -> str:
        """The path of a document with tags, and with a bookmark."""
        document = f"/vault/documents/{upload(self, b'before')().json()['id']}"
        self.made("bookmarks/share", target_url=f"https://vault.example.org{document}", title="a page")
        return document


def sign_in_request(world: World) -> Request:
    body = {"username": world.admin.username, "password": PASSWORD}
    return lambda: world.anybody().post("/vault/auth/token", body)


def refresh(world: World) -> Request:
    body = {"refresh": sign_in(world.org, world.admin.username)["refresh"]}
    return lambda: world.anybody().post("/vault/auth/refresh", body)


def sign_out(world: World) -> Request:
    token = sign_in(world.org, world.admin.username)["access"]
    headers = {"Authorization": f"JWT {token}"}
    return lambda: world.anybody().post("/vault/auth/logout", headers=headers)


def upload(world: World, content: bytes = b"hello") -> Request:
    def send() -> Any:
        file = SimpleUploadedFile("a.txt", content, "text/plain")
        return world.admin.post("/vault/documents", {"file": file, "tags": ["a", "b"]}, format="multipart")

    return send


def change_document(world: World) -> Request:
    path = world.document()
    changes = {"title": "new", "folder": "new", "tags": ["new"], "attributes": {"n": 1}}
    return lambda: world.admin.patch(path, changes)


def archive(world: World) -> Request:
    path = world.document()
    return lambda: world.admin.post(f"{path}/archive")


def restore(world: World) -> Request:
    path = world.document()
    assert world.admin.post(f"{path}/archive").status_code == 200
    assert world.admin.delete(path).status_code == 204
    return lambda: world.admin.post(f"{path}/restore")


def trash(world: World) -> Request:
    path = world.document()
    return lambda: world.admin.delete(path)


def create_user(world: World) -> Request:
    body = {"username": "ann", "password": PASSWORD, "role": "editor", "groups": [world.group()]}
    return lambda: world.admin.post("/vault/users", body)


def change_user(world: World) -> Request:
    path = f"/vault/users/{world.member('ann')}"
    changes = {"username": "bob", "password": NEW_PASSWORD, "role": "reader", "groups": [world.group()]}
    return lambda: world.admin.patch(path, changes)


def delete_user(world: World) -> Request:
    path = f"/vault/users/{world.member('ann')}"
    return lambda: world.admin.delete(path)


def create_group(world: World) -> Request:
    body = {"name": "All", "members": [world.member("ann"), world.admin.id]}
    return lambda: world.admin.post("/vault/groups", body)


def change_group(world: World) -> Request:
    path, ann = f"/vault/groups/{world.group()}", world.member("ann")
    return lambda: world.admin.patch(path, {"name": "All", "members": [ann]})


def delete_group(world: World) -> Request:
    path = f"/vault/groups/{world.group()}"
    return lambda: world.admin.delete(path)


def create_organisation(world: World) -> Request:
    operator, slug = world.clients.operator_client(), f"rest-{uuid4().hex[:8]}"
    operator.raise_request_exception = False
    body = {"slug": slug, "name": "New", "administrator": {"username": "ann", "password": PASSWORD}}
    world.at_the_end.callback(_remove, slug)
    return lambda: operator.post("/vault/site/organisations", body)


def _remove(slug: str) -> None:
    if (made := tenancy.get_organisation(slug)) is not None:
        tenancy.drop_organisation(made)


def share(world: World) -> Request:
    body = {"target_url": "https://example.org/", "title": "a page"}
    return lambda: world.admin.post("/vault/bookmarks/share", body)


def unshare(world: World) -> Request:
    bookmark = world.made("bookmarks/share", target_url="https://example.org/", title="a page")
    return lambda: world.admin.delete(f"/vault/bookmarks/{bookmark}")


WORKFLOWS: dict[str, Callable[[World], Request]] = {
    "auth.stage_refresh": refresh,
    "auth.stage_sign_in": sign_in_request,
    "auth.stage_sign_out": sign_out,
    "bookmarks.stage_remove": unshare,
    "bookmarks.stage_share": share,
    "documents.stage_archive": archive,
    "documents.stage_restore": restore,
    "documents.stage_trash": trash,
    "documents.stage_update": change_document,
    "documents.stage_upload": upload,
    "groups.stage_create": create_group,
    "groups.stage_delete": delete_group,
    "groups.stage_update": change_group,
    "site.stage_create_organisation": create_organisation,
    "users.stage_create": create_user,
    "users.stage_delete": delete_user,
    "users.stage_update": change_user,
}

#: Their steps have no rollbacks, only their transaction undoes them: behind these, a run may have database steps only.
WITHOUT_ROLLBACKS = {
    "auth.stage_refresh",
    "auth.stage_sign_in",
    "auth.stage_sign_out",
    "groups.stage_create",
    "groups.stage_delete",
    "groups.stage_update",
    "users.stage_create",
    "users.stage_delete",
    "users.stage_update",
}
