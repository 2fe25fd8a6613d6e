"""What a signed-in member does with bookmarks over REST."""

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.clients import Client


class Member:
    """A member with a client; the shortcuts expect success unless they only try."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The response to one request, with `body` as JSON."""
        data = None if body is None else json.dumps(body)
        return getattr(self.client, method)(path, data=data, content_type="application/json")

    def get(self, path: str, **query: Any) -> Any:
        """The response to a GET."""
        return self.client.get(path, query)

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
        answer = self.client.post("/vault/documents", {"file": file}, format="multipart")
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])
