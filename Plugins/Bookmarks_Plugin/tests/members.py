"""A signed-in member of an organisation."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from VaultManagement.Users.bll.service import user_service
from VaultPlatform import tenancy

PASSWORD = "correct horse battery"


class Member:
    """What a member does over REST; `user` is the row."""

    def __init__(self, organisation: tenancy.Organisation, *, name: str, role: str) -> None:
        with tenancy.use(organisation):
            self.user = user_service.create(username=name, password=PASSWORD, role=role)
        self._client = Client(headers={"Org": organisation.slug})
        answer = self.send("post", "/vault/auth/token", {"username": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.content
        token = answer.json()["access"]
        self._client = Client(headers={"Org": organisation.slug, "Authorization": f"JWT {token}"})

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The response to one request, with `body` as JSON."""
        return getattr(self._client, method)(path, data=body, content_type="application/json")

    def get(self, path: str, **query: Any) -> Any:
        """The response to a GET."""
        return self._client.get(path, query)

    def try_to_share(self, target_url: Any = "https://example.org/", title: Any = "a page") -> Any:
        """The response to sharing an address."""
        return self.send("post", "/vault/bookmarks/share", {"target_url": target_url, "title": title})

    def share(self, target_url: str = "https://example.org/", title: str = "a page") -> dict[str, Any]:
        """The bookmark of an address that was accepted."""
        answer = self.try_to_share(target_url, title)
        assert answer.status_code == 201, answer.content
        return dict(answer.json())

    def bookmarks(self, **query: Any) -> list[dict[str, Any]]:
        """What the list shows."""
        answer = self.get("/vault/bookmarks", **query)
        assert answer.status_code == 200, answer.content
        return list(answer.json()["results"])

    def titles(self, **query: Any) -> list[str]:
        """The titles that the list shows."""
        return [bookmark["title"] for bookmark in self.bookmarks(**query)]

    def upload(self) -> str:
        """The id of a new document."""
        file = SimpleUploadedFile("a.txt", b"content", "text/plain")
        answer = self._client.post("/vault/documents", {"file": file})
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])
