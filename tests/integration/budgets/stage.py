"""What requests need that are to be counted: who asks, one of everything, and many of everything."""

import fcntl
import io
import shutil
import zipfile
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.timezone import now

from Plugins.Bookmarks_Plugin.bll.Bookmarks.service import bookmark_service
from tests.clients import PASSWORD, Client, Clients, sign_in
from VaultManagement.Documents.bll.service import (
    document_service,
    document_tag_service,
    document_version_service,
)
from VaultManagement.Groups.bll.service import group_service
from VaultManagement.Roles.bll.service import custom_role_service
from VaultManagement.Users.bll.service import user_service
from VaultPlatform import audit, tenancy
from VaultPlatform.identity.service import api_key_service, session_service
from VaultPlatform.runs import owners
from VaultPlatform.serving.home import LOCK_NAME
from VaultPlatform.tenancy.archive import export_organisation
from VaultPlatform.tenancy.service import organisation_service

MANY = 100
DIGEST = "0" * 64
#: Type of the site's audit entries that are made to be listed.
GROWN = "Grown"


class Stage:
    """An organisation, which is the current one, with an administrator, and an operator of the site."""

    def __init__(self, org: tenancy.Organisation, clients: Clients, *, at_the_end: ExitStack) -> None:
        self.org, self._clients = org, clients
        #: Called when the test is over, to take out what the organisation does not hold.
        self.at_the_end = at_the_end
        self.admin = clients.client_for(org)
        self.operator = clients.operator_client()
        for place in (org.key, ""):  # as a process that has served it before
            owners.ensure_known(place)

    def parameter(self, name: str) -> str:
        """A value for the parameter of a path, of a thing that is made for it."""
        return str(getattr(self, f"a_{name}")())

    def a_document_id(self) -> str:
        response = self.admin.post("/vault/documents", self.upload(), format="multipart")
        assert response.status_code == 201, response.content
        return str(response.json()["id"])

    def a_run_id(self) -> str:
        """A run that waits for a person."""
        from tests.integration.runs_rest import stage as runs

        return str(runs.STUCK["run_id"](self))

    def a_delivery_id(self) -> str:
        """An event that was given up."""
        from tests.integration.runs_rest import stage as runs

        return str(runs.a_lost_event(self))

    def a_number(self) -> int:
        return 1

    def a_bookmark_id(self) -> str:
        return str(self._made("/vault/bookmarks/share", target_url="https://example.org/", title="a page"))

    def a_user_id(self) -> str:
        """A member who is in a group and signed in."""
        name = f"user-{uuid4().hex[:6]}"
        made = self._made("/vault/users", username=name, password=PASSWORD, groups=[self.a_group_id()])
        sign_in(self.org, name)
        return str(made)

    def a_group_id(self) -> int:
        return int(self._made("/vault/groups", name=f"group-{uuid4().hex[:6]}", members=[self.admin.id]))

    def a_role(self) -> str:
        """The name of a role of permissions."""
        name = f"role-{uuid4().hex[:6]}"
        self._made("/vault/roles", name=name, permissions=["documents.read"])
        return name

    def new_key(self) -> dict[str, Any]:
        """The body that makes an API key."""
        ends = now() + timedelta(days=1)
        return {"name": "robot", "permissions": ["documents.read"], "expires_at": ends.isoformat()}

    def a_key_id(self) -> str:
        return str(self._made("/vault/api-keys", **self.new_key()))

    def a_session_id(self) -> str:
        """One of the administrator's that is not in use."""
        self.pair()
        return str(self.admin.get("/vault/auth/sessions").json()["results"][0]["id"])

    def a_slug(self) -> str:
        return self.org.slug

    def a_new_slug(self) -> str:
        """Of an organisation that a request will make; it is removed at the end."""
        slug = f"rest-{uuid4().hex[:8]}"

        def remove() -> None:
            if (made := tenancy.get_organisation(slug)) is not None:
                tenancy.drop_organisation(made)

        self.at_the_end.callback(remove)
        return slug

    def archive(self) -> bytes:
        """An export of the organisation."""
        export = export_organisation(self.org)
        self.at_the_end.callback(export.close)
        return b"".join(export)

    def a_hook(self) -> str:
        return "on_entity_archived"

    def a_activation(self) -> str:
        """The id of none."""
        return "none"

    def a_name(self) -> str:
        return "Bookmarks_Plugin"

    @staticmethod
    def upload(**fields: Any) -> dict[str, Any]:
        """The form of an upload."""
        return {"file": SimpleUploadedFile("a.txt", b"hello", "text/plain"), **fields}

    def _made(self, path: str, **body: Any) -> Any:
        response = self.admin.post(path, body)
        assert response.status_code == 201, response.content
        return response.json()["id"]

    def new_organisation(self) -> dict[str, Any]:
        """The body that makes an organisation with an administrator; it is removed at the end."""
        return {"slug": self.a_new_slug(), "administrator": {"username": "ann", "password": PASSWORD}}

    def pair(self) -> dict[str, Any]:
        """The tokens of a new session."""
        return sign_in(self.org, self.admin.username)

    def another_operator(self) -> Client:
        """An operator of their own, to be signed out."""
        return self._clients.operator_client()

    def with_token(self) -> Client:
        """A client with a session of its own, to be ended."""
        headers = {"Org": self.org.slug, "Authorization": f"JWT {self.pair()['access']}"}
        return Client(id=self.admin.id, username=self.admin.username, headers=headers)


def served(stage: Any, path: str) -> None:
    """Have the site look served by a supervisor until the test is over: requests to one are then left for it."""
    file = stage.at_the_end.enter_context((Path(settings.VAULT_HOME) / LOCK_NAME).open("w"))
    with suppress(BlockingIOError):  # it looks so already
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def a_package(stage: Stage) -> dict[str, Any]:
    """The form that brings a new plugin; it is removed at the end."""
    return package_of(f"Brought_{uuid4().hex[:8]}", at_the_end=stage.at_the_end)


def another_version(stage: Stage) -> dict[str, Any]:
    """The form that brings another version of a plugin, which is installed until the test is over."""
    name = f"Brought_{uuid4().hex[:8]}"
    (Path(settings.VAULT_HOME) / "plugins" / name).mkdir(parents=True)
    (Path(settings.VAULT_HOME) / "plugins" / name / "__init__.py").touch()
    return package_of(name, at_the_end=stage.at_the_end)


def package_of(name: str, *, at_the_end: ExitStack) -> dict[str, Any]:
    """The form with the package of a plugin that does nothing."""
    at_the_end.callback(shutil.rmtree, Path(settings.VAULT_HOME) / "plugins" / name, ignore_errors=True)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr(f"{name}/__init__.py", "")
    return {"file": SimpleUploadedFile("some.zip", archive.getvalue(), "application/zip")}


def many_documents(stage: Stage, path: str) -> None:
    """Each of a member of its own, and with a tag."""
    users = many_users(stage, path)
    versions = [uuid4() for _ in users]
    with transaction.atomic():  # document and version refer to one another
        documents = document_service.bulk_create(
            {"title": "t", "search_text": "t", "owner": user, "latest_version_id": version, "tags": ["t"]}
            for user, version in zip(users, versions, strict=True)
        )
        for document, version in zip(documents, versions, strict=True):
            _version(document, id=version)
    document_tag_service.bulk_create({"document": document, "tag": "t"} for document in documents)


def many_versions(stage: Stage, path: str) -> None:
    """Of the document in `path`, each by a member of its own."""
    document = document_service.get(id=path.split("/")[-2])
    for number, user in enumerate(many_users(stage, path), start=2):
        _version(document, number=number, created_by=user)


def _version(document: Any, **fields: Any) -> None:
    fields = {"number": 1, "created_by": document.owner, **fields}
    document_version_service.create(
        document=document, sha256=DIGEST, size=1, content_type="text/plain", filename="a.txt", **fields
    )


def many_users(stage: Stage, path: str) -> list[Any]:
    """Each in a group of its own."""
    users = user_service.bulk_create([{"username": f"user-{uuid4().hex}"} for _ in range(MANY)])
    for user, group in zip(users, _groups(), strict=True):
        user.groups.add(group)
    return users


def many_roles(stage: Stage, path: str) -> None:
    """Each of one permission."""
    names = [f"role-{uuid4().hex[:8]}" for _ in range(MANY)]
    custom_role_service.bulk_create({"name": name, "permissions": ["documents.read"]} for name in names)


def many_keys(stage: Stage, path: str) -> None:
    """All of them the administrator's."""
    rows = {"user_id": UUID(stage.admin.id), "name": "robot", "prefix": "vk_", "expires_at": now()}
    api_key_service.bulk_create({**rows, "sha256": uuid4().hex} for _ in range(MANY))


def many_sessions(stage: Stage, path: str) -> None:
    """Of the member in `path`, else of the administrator."""
    user = path.split("/")[-2] if "/users/" in path else stage.admin.id
    rows = {"user_id": UUID(user), "refresh_id": "-", "expires_at": now() + timedelta(days=1)}
    session_service.bulk_create(dict(rows) for _ in range(MANY))


def many_groups(stage: Stage, path: str) -> None:
    """Each with a member of its own."""
    many_users(stage, path)


def _groups() -> list[Group]:
    return group_service.bulk_create([Group(name=f"group-{uuid4().hex}") for _ in range(MANY)])


def many_bookmarks(stage: Stage, path: str) -> None:
    """Each of a member of its own."""
    bookmark_service.bulk_create(
        {"shared_by": user, "target_url": "http://a", "title": "t"} for user in many_users(stage, path)
    )


def many_organisations(stage: Stage, path: str) -> None:
    """Their rows alone, which is all that the list reads."""
    slugs = [f"row-{uuid4().hex[:8]}" for _ in range(MANY)]
    organisation_service.bulk_create({"slug": slug, "key": slug, "name": slug} for slug in slugs)
    stage.at_the_end.callback(organisation_service.bulk_delete, {"slug__in": slugs})


def many_entries(stage: Stage, path: str) -> None:
    """Of the organisation's audit trail."""
    with transaction.atomic():
        for number in range(MANY):
            audit.record(action=f"thing.{number}")


def many_site_entries(stage: Stage, path: str, *, count: int = MANY) -> None:
    """Of the site's, which keeps those of all tests."""
    with transaction.atomic(using="control"):
        for number in range(count):
            audit.record_site(action=f"thing.{number}", entity_type=GROWN)
