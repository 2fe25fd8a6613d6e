"""A signed-in member of an organisation, for tests that speak REST."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now
from rest_framework.test import APIClient

from VaultManagement.Users.bll.service import user_service
from VaultPlatform import tenancy
from VaultPlatform.identity.sessions import open_session
from VaultPlatform.identity.tokens import AccessToken


class Member:
    """A signed-in member: `user`, and `client`, whose requests carry organisation and token."""

    def __init__(self, organisation: tenancy.Organisation, role: str, name: str) -> None:
        with tenancy.use(organisation):
            found = user_service.get(username=name)
            self.user = found or user_service.create(username=name, password=None, role=role)
            session = open_session(
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
