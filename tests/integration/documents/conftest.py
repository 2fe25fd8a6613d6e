"""Members of a new organisation, each with a REST client that is signed in."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now
from rest_framework.test import APIClient

from VaultManagement.Users.bll.service import user_service
from VaultPlatform import tenancy
from VaultPlatform.identity.service import session_service
from VaultPlatform.identity.tokens import AccessToken


class Member:
    """A signed-in member: `user`, and `client`, whose requests carry organisation and token."""

    def __init__(self, organisation: tenancy.Organisation, role: str, name: str) -> None:
        with tenancy.use(organisation):
            self.user = user_service.create(username=name, password=None, role=role)
            session = session_service.open(
                user=self.user, session_id=uuid4(), refresh_id="-", expires_at=now() + timedelta(hours=1)
            )
            token = AccessToken.make(sub=self.user.pk, org=organisation.key, sid=session.pk)
        self.headers = {"Org": organisation.slug, "Authorization": f"JWT {token}"}
        self.client = APIClient(headers=self.headers)

    def upload(self, content: bytes = b"hello world", filename: str = "a.txt", **fields: Any) -> Any:
        """POST a file; the response."""
        file = SimpleUploadedFile(filename, content, fields.pop("content_type", "text/plain"))
        return self.client.post("/vault/documents", {"file": file, **fields}, format="multipart")

    def document(self, **fields: Any) -> dict[str, Any]:
        """A new document, as answered."""
        response = self.upload(**fields)
        assert response.status_code == 201, response.content
        return dict(response.json())


MakeMember = Callable[..., Member]


@pytest.fixture
def make_member(org: tenancy.Organisation) -> MakeMember:
    """`make_member("reader")` is a new member of `org`, or of the organisation given."""

    def make(role: str = "editor", organisation: tenancy.Organisation | None = None, name: str = "") -> Member:
        return Member(organisation or org, role, name or f"{role}-{uuid4().hex[:6]}")

    return make


@pytest.fixture
def editor(make_member: MakeMember) -> Member:
    return make_member("editor", name="ed")


@pytest.fixture
def blobs(org: tenancy.Organisation) -> Callable[[], list[str]]:
    """What the organisation's storage holds now: names of blobs and of unfinished uploads."""

    def found() -> list[str]:
        room = Path(settings.VAULT_HOME) / "storage" / org.key
        paths = [*room.glob("incoming/*"), *room.glob("blobs/*/*")]
        return sorted(str(path.relative_to(room)) for path in paths)

    return found
