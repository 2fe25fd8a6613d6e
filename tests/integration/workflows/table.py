"""A request for every workflow there is: a workflow that is not in here fails a test.

Each entry makes what the request needs and returns it, to be sent as often as wanted: while nothing comes of it, it is
good again. It is rich, so that each table which the workflow may write to is written to.
"""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.utils.timezone import now
from rest_framework.test import APIClient

from tests.clients import PASSWORD, Client, Clients, sign_in
from tests.integration.budgets.stage import package_of, served
from VaultManagement.ProviderSignIn.bll.HelperFunctions import digest
from VaultManagement.ProviderSignIn.views import COOKIE
from VaultPlatform import tenancy
from VaultPlatform.host.switching import switch_hook_off
from VaultPlatform.identity.oidc import OpenIdConnect, ProviderIdentity
from VaultPlatform.identity.service import sign_in_start_service
from VaultPlatform.tenancy.archive import export_organisation

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


def change_password(world: World) -> Request:
    world.member("ann")
    token = sign_in(world.org, "ann")["access"]
    body = {"old_password": PASSWORD, "password": NEW_PASSWORD}
    headers = {"Authorization": f"JWT {token}"}
    return lambda: world.anybody().post("/vault/auth/password", body, headers=headers)


class Confirming(OpenIdConnect):
    """A provider that confirms everybody, without being asked; a real one is tested with the feature."""

    def identity(self, **_: str) -> ProviderIdentity:
        return ProviderIdentity(field="email", value="new@example.org", email="", role_of_new="reader")


def provider_sign_in(world: World) -> Request:
    """Of a member who is made. A state is good once, whatever comes of it: it is laid out again after each request."""
    provider = Confirming(
        issuer="https://id.example.org", client_id="c", redirect_uri="https://x.example.org/"
    )
    world.at_the_end.enter_context(override_settings(SIGN_IN_PROVIDER=provider))
    begun = {
        "state_sha256": digest("state"),
        "client_sha256": digest("binding"),
        "nonce": "n",
        "code_verifier": "v",
        "expires_at": now() + timedelta(minutes=5),
    }
    client = world.anybody()
    client.raise_request_exception = False
    client.cookies[COOKIE] = "binding"

    def send() -> Any:
        response = client.post("/vault/auth/oidc/finish", {"code": "x", "state": "state"})
        client.cookies[COOKIE] = "binding"
        sign_in_start_service.create(**begun)
        return response

    sign_in_start_service.create(**begun)
    return send


def end_session(world: World) -> Request:
    sign_in(world.org, world.admin.username)
    (other,) = (
        each["id"]
        for each in world.admin.get("/vault/auth/sessions").json()["results"]
        if not each["current"]
    )
    return lambda: world.admin.delete(f"/vault/auth/sessions/{other}")


def end_sessions(world: World) -> Request:
    path = f"/vault/users/{world.member('ann')}/sessions"
    return lambda: world.admin.delete(path)


def sign_out_operator(world: World) -> Request:
    operator = world.clients.operator_client()
    operator.raise_request_exception = False
    return lambda: operator.post("/vault/site/logout")


def new_key() -> dict[str, Any]:
    ends = now() + timedelta(days=1)
    return {"name": "robot", "permissions": ["documents.read"], "expires_at": ends.isoformat()}


def create_key(world: World) -> Request:
    body = new_key()
    return lambda: world.admin.post("/vault/api-keys", body)


def revoke_key(world: World) -> Request:
    path = f"/vault/api-keys/{world.made('api-keys', **new_key())}"
    return lambda: world.admin.delete(path)


def create_role(world: World) -> Request:
    body = {"name": "clerk", "permissions": ["documents.read"], "description": "Counts."}
    return lambda: world.admin.post("/vault/roles", body)


def change_role(world: World) -> Request:
    world.made("roles", name="clerk", permissions=["documents.read"])
    changes = {"permissions": ["documents.write"], "description": "Writes."}
    return lambda: world.admin.patch("/vault/roles/clerk", changes)


def delete_role(world: World) -> Request:
    world.made("roles", name="clerk", permissions=["documents.read"])
    return lambda: world.admin.delete("/vault/roles/clerk")


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


def change_organisation(verb: str, *first: str) -> Callable[[World], Request]:
    """A request of an operator that changes the state of an organisation of its own, after those in `first`."""

    def prepare(world: World) -> Request:
        operator = world.clients.operator_client()
        operator.raise_request_exception = False
        made = tenancy.create_organisation(slug=f"state-{uuid4().hex[:8]}")
        world.at_the_end.callback(_remove, made.slug)
        path = f"/vault/site/organisations/{made.slug}"
        sends = {
            "rename": lambda: operator.patch(path, {"name": "New"}),
            "delete": lambda: operator.delete(path),
            "suspend": lambda: operator.post(f"{path}/suspend"),
            "resume": lambda: operator.post(f"{path}/resume"),
        }
        for each in first:
            assert sends[each]().status_code == 200
        return sends[verb]

    return prepare


def import_organisation(world: World) -> Request:
    operator, slug = world.clients.operator_client(), f"rest-{uuid4().hex[:8]}"
    operator.raise_request_exception = False
    upload(world)()
    with closing(export_organisation(world.org)) as export:
        archive = b"".join(export)
    world.at_the_end.callback(_remove, slug)
    path = f"/vault/site/organisations/{slug}/import"
    return lambda: operator.generic("POST", path, archive, content_type="application/x-tar")


def _remove(slug: str) -> None:
    if (made := tenancy.get_organisation(slug)) is not None:
        tenancy.drop_organisation(made)


def switch_plugin(world: World) -> Request:
    return lambda: world.admin.post("/vault/plugins/Bookmarks_Plugin/disable")


def say_of_plugin(world: World) -> Request:
    operator = world.clients.operator_client()
    operator.raise_request_exception = False
    body = {"organisation": world.org.slug, "allowed": False, "switched_on": False}
    return lambda: operator.post("/vault/site/plugins/Bookmarks_Plugin/organisations", body)


def switch_site_plugin(world: World) -> Request:
    operator = operator_of_served(world)
    return lambda: operator.post("/vault/site/plugins/Bookmarks_Plugin/disable", {})


def install_plugin(world: World) -> Request:
    operator = operator_of_served(world)
    return package_sent(operator, "install", f"Brought_{uuid4().hex[:8]}", world)


def update_plugin(world: World) -> Request:
    operator, name = operator_of_served(world), f"Brought_{uuid4().hex[:8]}"
    send = package_sent(operator, "install", name, world)
    assert send().status_code == 201
    return package_sent(operator, "update", name, world)


def uninstall_plugin(world: World) -> Request:
    operator = operator_of_served(world)
    return lambda: operator.post("/vault/site/plugins/Bookmarks_Plugin/uninstall", {"rows": "drop"})


def operator_of_served(world: World) -> Client:
    """An operator of a site that looks served until the test is over."""
    served(world, "")
    operator = world.clients.operator_client()
    operator.raise_request_exception = False
    return operator


def package_sent(operator: Client, verb: str, name: str, world: World) -> Request:
    form = package_of(name, at_the_end=world.at_the_end)

    def send() -> Any:
        form["file"].seek(0)
        return operator.post(f"/vault/site/plugins/{verb}", form, format="multipart")

    return send


def lift_hook(world: World) -> Request:
    plugin, hook = "Bookmarks_Plugin", "on_entity_archived"
    switch_hook_off(plugin, hook, world.org, reason="it failed")
    operator = world.clients.operator_client()
    operator.raise_request_exception = False
    path, body = f"/vault/site/plugins/{plugin}/hooks/{hook}/lift", {"organisation": world.org.slug}
    return lambda: operator.post(path, body)


def share(world: World) -> Request:
    body = {"target_url": "https://example.org/", "title": "a page"}
    return lambda: world.admin.post("/vault/bookmarks/share", body)


def unshare(world: World) -> Request:
    bookmark = world.made("bookmarks/share", target_url="https://example.org/", title="a page")
    return lambda: world.admin.delete(f"/vault/bookmarks/{bookmark}")


WORKFLOWS: dict[str, Callable[[World], Request]] = {
    "api_keys.stage_create": create_key,
    "api_keys.stage_revoke": revoke_key,
    "auth.stage_password": change_password,
    "operators.stage_sign_out": sign_out_operator,
    "provider_sign_in.stage_sign_in": provider_sign_in,
    "roles.stage_create": create_role,
    "roles.stage_delete": delete_role,
    "roles.stage_update": change_role,
    "sessions.stage_end": end_session,
    "sessions.stage_end_all": end_sessions,
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
    "plugins.stage_switch": switch_plugin,
    "site.stage_say_of_plugin": say_of_plugin,
    "site.stage_lift_hook": lift_hook,
    "site.stage_switch_plugin": switch_site_plugin,
    "site.stage_install_plugin": install_plugin,
    "site.stage_update_plugin": update_plugin,
    "site.stage_uninstall_plugin": uninstall_plugin,
    "site.stage_create_organisation": create_organisation,
    "site.stage_delete_organisation": change_organisation("delete"),
    "site.stage_import_organisation": import_organisation,
    "site.stage_rename_organisation": change_organisation("rename"),
    "site.stage_resume_organisation": change_organisation("resume", "delete"),
    "site.stage_suspend_organisation": change_organisation("suspend"),
    "users.stage_create": create_user,
    "users.stage_delete": delete_user,
    "users.stage_update": change_user,
}

#: Their steps have no rollbacks, only their transaction undoes them: behind these, a run may have database steps only.
WITHOUT_ROLLBACKS = {
    "api_keys.stage_create",
    "api_keys.stage_revoke",
    "auth.stage_password",
    "provider_sign_in.stage_sign_in",
    "roles.stage_create",
    "roles.stage_delete",
    "roles.stage_update",
    "sessions.stage_end",
    "sessions.stage_end_all",
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
