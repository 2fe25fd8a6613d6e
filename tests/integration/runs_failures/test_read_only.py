"""A database that takes no writes: they are refused in a way that a client understands, and reading goes on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from tests.clients import PASSWORD, Client
from tests.integration.documents.conftest import blobs
from tests.integration.runs_failures.answers import require_refusal
from tests.integration.runs_failures.holding import held
from tests.site import DATABASE, DATABASE_NAME, POSTGRES_URL
from VaultPlatform import tenancy

__all__ = ["blobs"]

#: What takes no writes; on PostgreSQL all of it is in one database.
PLACES = {"organisation": ["default"], "site": ["control"], "both": ["default", "control"]}
if DATABASE == "postgresql":
    del PLACES["organisation"], PLACES["site"]


@contextmanager
def read_only(org: tenancy.Organisation, place: str) -> Iterator[None]:
    with ExitStack() as stack:
        if DATABASE == "sqlite":
            for alias in PLACES[place]:
                stack.enter_context(_pragma(org, alias))
        else:
            stack.enter_context(_server_setting())
        yield


@contextmanager
def _pragma(org: tenancy.Organisation, alias: str) -> Iterator[None]:
    with tenancy.use(org):
        connections[alias].close()  # an old one may come to the end of its age meanwhile
        connections[alias].ensure_connection()
        raw = connections[alias].connection
    raw.execute("PRAGMA query_only = ON")
    try:
        yield
    finally:
        raw.execute("PRAGMA query_only = OFF")


@contextmanager
def _server_setting() -> Iterator[None]:
    setting = f"ALTER DATABASE {DATABASE_NAME} {{}} default_transaction_read_only"
    with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
        server.execute(setting.format("SET") + " = on")  # type: ignore[arg-type]
        connections.close_all()
        try:
            yield
        finally:
            server.execute(setting.format("RESET"))  # type: ignore[arg-type]
            connections.close_all()


def uploaded(client: Client, title: str = "a", **headers: str) -> Any:
    file = SimpleUploadedFile("a.txt", f"what is in {title}".encode())
    return client.post(
        "/vault/documents", {"file": file, "title": title}, format="multipart", headers=headers
    )


#: Each kind of write: a run with a step outside of the database, ones without, and writes that are no run.
WRITES: dict[str, Callable[[Client, str], Any]] = {
    "upload": lambda client, path: uploaded(client, "b"),
    "upload under a key": lambda client, path: uploaded(client, "b", **{"Idempotency-Key": "k"}),
    "change": lambda client, path: client.patch(path, {"tags": ["x"]}),
    "archive": lambda client, path: client.post(f"{path}/archive"),
    "trash": lambda client, path: client.delete(path),
    "member": lambda client, path: client.post("/vault/users", {"username": "new", "password": PASSWORD}),
    "sign in": lambda client, path: client.post(
        "/vault/auth/token", {"username": client.username, "password": PASSWORD}
    ),
    "sign out": lambda client, path: client.post("/vault/auth/logout"),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("write", WRITES)
def test_writes_are_refused_and_change_nothing(
    org: tenancy.Organisation, client_for: Any, blobs: Callable[[], list[str]], place: str, write: str
) -> None:
    client = client_for(org)
    path = f"/vault/documents/{uploaded(client).json()['id']}"
    before = held(org, blobs)
    with read_only(org, place):
        answer = WRITES[write](client, path)
    if (
        place == "site" and answer.status_code < 300
    ):  # that one keeps nothing of members' writes that they need
        assert held(org, blobs) != before
        return
    require_refusal(answer.status_code, answer.headers, answer.json())
    assert "takes no writes" in answer.json()["msg"]
    assert held(org, blobs) == before
    assert WRITES[write](client, path).status_code < 300


@pytest.mark.parametrize("place", PLACES)
def test_reading_goes_on(org: tenancy.Organisation, client_for: Any, place: str) -> None:
    client = client_for(org)
    path = f"/vault/documents/{uploaded(client).json()['id']}"
    with read_only(org, place):
        for read in (
            "/vault/documents",
            path,
            "/vault/auth/me",
            "/vault/users",
            "/vault/audit",
            "/vault/runs",
        ):
            assert client.get(read).status_code == 200, read
        content = client.get(f"{path}/content")
        assert b"".join(content.streaming_content) == b"what is in a"
        content.close()
