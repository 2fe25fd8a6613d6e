"""What the programs that run inside a site have in common: members who speak REST."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

JSON = "application/json"


class Member:
    """A member of an organisation; signing in is the first thing that it does."""

    def __init__(self, *, org: str, username: str, password: str) -> None:
        self._client = Client(SERVER_NAME="localhost", headers={"Org": org})
        body = {"username": username, "password": password}
        access = self.send("post", "/vault/auth/token", body)["access"]
        self._client = Client(SERVER_NAME="localhost", headers={"Org": org, "Authorization": f"JWT {access}"})
        self.id: str = self.send("get", "/vault/auth/me")["id"]

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of the answer to one request."""
        data = {} if body is None else {"data": body, "content_type": JSON}
        answer = getattr(self._client, method)(path, **data)
        return answer.status_code, answer.json() if answer.content else None

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer that has to be a success."""
        status, answer = self.ask(method, path, body)
        assert status < 300, (path, answer)
        return answer

    def upload(self) -> str:
        """The id of a new document."""
        file = SimpleUploadedFile("a.txt", b"content", "text/plain")
        answer = self._client.post("/vault/documents", {"file": file})
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])

    def activity(self, query: str = "") -> Any:
        """What the list shows for a query such as "?limit=1"."""
        return self.send("get", f"/vault/activity{query}")
