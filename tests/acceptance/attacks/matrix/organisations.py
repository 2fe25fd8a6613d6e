"""The organisations of the tenant matrix: one of everything in each, marked so that no byte of it can be mistaken."""

import base64
import json
from datetime import timedelta
from secrets import randbelow
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now

PASSWORD = "correct horse 9 battery"
JSON = "application/json"


def soon() -> str:
    """A moment at which a key may expire."""
    return (now() + timedelta(days=30)).isoformat()


class Tenant:
    """An organisation with its administrator, who has made one of everything there is.

    `secrets` are texts that occur in it and nowhere else; `hidden`, one of them, is in every row and file and never
    sent by anybody else.
    """

    def __init__(self, slug: str) -> None:
        self.slug, self.username, self.password = slug, "boss", f"{uuid4().hex} {uuid4().hex}"
        self.hidden = uuid4().hex
        self.sessions: set[str] = set()
        self.things: dict[str, str] = {
            "slug": slug,
            "plugin": "Bookmarks_Plugin",
            "hook": "on_thing",
            "number": "1",
        }
        self._make_administrator()
        self.sign_in()
        self._make_everything()

    def headers(self) -> dict[str, str]:
        """Those of a request of its administrator."""
        return {"Org": self.slug, "Authorization": f"JWT {self.access}"}

    def sign_in(self) -> None:
        """A new session of the administrator."""
        body = {"username": self.username, "password": self.password}
        pair = Client(SERVER_NAME="localhost").post(
            "/vault/auth/token", body, content_type=JSON, headers={"Org": self.slug}
        )
        assert pair.status_code == 200, pair.content
        self.access, self.refresh = pair.json()["access"], pair.json()["refresh"]
        claims = self.access.split(".")[1]
        self.sessions.add(json.loads(base64.urlsafe_b64decode(claims + "=="))["sid"])

    def _make_administrator(self) -> None:
        from VaultManagement.Users.bll.service import user_service
        from VaultPlatform import tenancy

        found = tenancy.get_organisation(self.slug)
        assert found is not None
        self.organisation = found
        with tenancy.use(found):
            email = f"{self.hidden}@example.org"
            root = user_service.create(
                username=self.username, password=self.password, role="administrator", email=email
            )
        self.things["root_id"] = str(root.pk)

    def _make_everything(self) -> None:
        hidden, things = self.hidden, self.things
        things["username"], things["role"] = f"u-{uuid4().hex}", f"r-{uuid4().hex}"
        self._make_group()
        self._made(
            "roles", {"name": things["role"], "permissions": ["documents.read"], "description": hidden}
        )
        user = {"username": things["username"], "password": PASSWORD, "email": f"m{hidden}@example.org"}
        things["user_id"] = self._made("users", user)["id"]
        key = self._made(
            "api-keys", {"name": hidden, "permissions": ["documents.read"], "expires_at": soon()}
        )
        things["key_id"], self.key = key["id"], key["key"]
        self._make_document()
        page = {"title": hidden, "target_url": f"https://{hidden}.example.org/{things['document_id']}"}
        things["bookmark_id"] = self._made("bookmarks/share", page)["id"]
        self._make_session_of_member()
        self._make_run_and_event()

    def _make_group(self) -> None:
        """Of an id that the other organisation's numbering does not come to."""
        from VaultManagement.Groups.bll.service import group_service
        from VaultPlatform import tenancy

        with tenancy.use(self.organisation):
            group = group_service.create(id=10**8 + randbelow(10**8), name=f"g {self.hidden}")
        self.things["group_id"] = str(group.pk)

    def _make_document(self) -> None:
        hidden = self.hidden
        form = {
            "file": SimpleUploadedFile(f"{hidden}.txt", f"{hidden} ".encode() * 100, "text/plain"),
            "title": hidden,
            "folder": f"f/{hidden}",
            "tags": f"t{hidden}",
            "attributes": f'{{"a": "{hidden}"}}',
        }
        made = Client(SERVER_NAME="localhost").post("/vault/documents", form, headers=self.headers())
        assert made.status_code == 201, made.content
        self.things["document_id"] = made.json()["id"]
        self.things["sha256"] = made.json()["version"]["sha256"]

    def _make_session_of_member(self) -> None:
        body = {"username": self.things["username"], "password": PASSWORD}
        answer = Client(SERVER_NAME="localhost").post(
            "/vault/auth/token", body, content_type=JSON, headers={"Org": self.slug}
        )
        assert answer.status_code == 200, answer.content
        listed = self.asked("users/" + self.things["user_id"] + "/sessions").json()
        self.things["session_id"] = listed["results"][0]["id"]

    def _make_run_and_event(self) -> None:
        """A run of its own, and an event that was given up."""
        from VaultPlatform import tenancy
        from VaultPlatform.runs.service import delivery_service

        self.things["run_id"] = self.asked("runs").json()["results"][0]["id"]
        with tenancy.use(self.organisation):
            row = delivery_service.create(
                id=10**8 + randbelow(10**8),
                run_id=self.things["run_id"],
                hook_name="on_user_created",
                listener=self.hidden,
                kwargs={},
                next_attempt=None,
            )
        self.things["delivery_id"] = str(row.pk)

    def asked(self, path: str) -> Any:
        """The answer to the administrator's GET."""
        return Client(SERVER_NAME="localhost").get(f"/vault/{path}", headers=self.headers())

    def _made(self, path: str, body: dict[str, Any]) -> Any:
        answer = Client(SERVER_NAME="localhost").post(
            f"/vault/{path}", body, content_type=JSON, headers=self.headers()
        )
        assert answer.status_code == 201, (path, answer.content)
        return answer.json()

    @property
    def secrets(self) -> set[str]:
        ids = {name for name in self.things if name.endswith("_id") and name != "group_id"}
        found = {self.things[name] for name in ids | {"username", "role", "sha256"}}
        return found | self.sessions | {self.hidden, self.organisation.key, self.key}
