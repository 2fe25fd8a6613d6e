"""No room is left: what does not fit is refused in a way that a client understands, and nothing is half written."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from psycopg.conninfo import conninfo_to_dict

from tests.clients import Client
from tests.integration.documents.conftest import blobs
from tests.integration.organisations.sites import Site
from tests.integration.runs_failures.answers import require_refusal
from tests.integration.runs_failures.holding import held
from tests.integration.runs_failures.own_servers import own_server
from tests.integration.runs_failures.sites import Client as WebClient
from tests.integration.runs_failures.sites import blobs_of, new_site, recovered, served, tidied_blobs_of
from tests.services import POSTGRESQL
from tests.site import DATABASE
from VaultPlatform import tenancy

__all__ = ["blobs"]

#: Writes after which a database without room has to have refused one.
MOST = 40
PLACES = {"organisation": ["default"], "site": ["control"], "both": ["default", "control"]}
SECONDS = 30.0


def large(number: int) -> dict[str, str]:
    """Attributes that take some pages of a database."""
    return {"large": f"{number:04}" + os.urandom(8000).hex()}


@contextmanager
def no_more_pages(org: tenancy.Organisation, alias: str) -> Iterator[None]:
    """An SQLite file may not grow."""
    with tenancy.use(org):
        connections[alias].ensure_connection()
        raw = connections[alias].connection
    before = raw.execute("PRAGMA max_page_count").fetchone()[0]
    raw.execute("PRAGMA max_page_count = 1")  # as many as it has
    try:
        yield
    finally:
        raw.execute(f"PRAGMA max_page_count = {before}")


@pytest.mark.skipif(DATABASE != "sqlite", reason="limits a file of SQLite's")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("write", ["upload", "change"])
def test_a_file_that_may_not_grow(
    org: tenancy.Organisation, client_for: Any, blobs: Callable[[], list[str]], place: str, write: str
) -> None:
    client = client_for(org)
    path = f"/vault/documents/{uploaded(client, 0).json()['id']}"

    # Of an upload, recovery undoes what was done outside of the database, when that can be written down again.
    looked_after: dict[str, Any] = {"runs": None, "blobs": None} if write == "upload" else {}

    def written(number: int) -> Any:
        if write == "upload":
            return uploaded(client, number)
        return client.patch(path, {"attributes": large(number)})

    with ExitStack() as stack:
        for alias in PLACES[place]:
            stack.enter_context(no_more_pages(org, alias))
        for number in range(1, MOST):
            before = held(org, blobs)
            answer = written(number)
            if answer.status_code >= 400:
                break
        if place == "site" and answer.status_code < 300:
            return  # members' writes keep nothing there that grows
        require_refusal(answer.status_code, answer.headers, answer.json())
        assert "no room" in answer.json()["msg"]
        assert client.get("/vault/documents").status_code == client.get(path).status_code == 200
        assert {**held(org, blobs), **looked_after} == {**before, **looked_after}
    assert written(MOST).status_code < 300


def uploaded(client: Client, number: int) -> Any:
    file = SimpleUploadedFile("a.txt", b"what is in it" + os.urandom(8))
    fields = {"file": file, "title": str(number), "attributes": json.dumps(large(number))}
    return client.post("/vault/documents", fields, format="multipart")


@contextmanager
def small_disk(mebibytes: int) -> Iterator[Path]:
    """A file system of its own, which every user gets to; the test is left out where none may be mounted."""
    place = Path(tempfile.mkdtemp(prefix="vault-disk-"))
    place.chmod(0o755)  # the server's user has to get there
    command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "none", str(place)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        place.rmdir()
        pytest.skip("no small file system can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
        place.rmdir()


@contextmanager
def site_on(disk: Path, folder: Path) -> Iterator[Site]:
    """A site whose data are on that disk: on SQLite all of it, on PostgreSQL the database."""
    if DATABASE == "sqlite":
        yield new_site(folder, {"engine": "sqlite"}, home=disk / "home")
        return
    with own_server(POSTGRESQL) as server:
        place = conninfo_to_dict(server.url)
        os.chown(disk, server.user_id, -1)
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")  # type: ignore[arg-type]
            connection.execute("CREATE DATABASE vault TABLESPACE small")
        section = {"host": place["host"], "port": int(place["port"]), "name": "vault", "user": place["user"]}
        yield new_site(folder, {"engine": "postgresql", **section})


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Nothing more fits on the disk."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
    try:
        yield
    finally:
        ballast.unlink()


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    with small_disk(96) as disk, site_on(disk, tmp_path) as site, served(site) as client:
        path = f"/vault/documents/{client.upload('first', b'first').json['id']}"
        good, refused = {"first"}, {"upload": 0, "change": 0}
        with filled(disk):
            deadline = time.monotonic() + SECONDS
            while min(refused.values()) < 3:
                assert time.monotonic() < deadline, refused
                title = f"{len(good)}-{refused['upload']}"
                answers = {
                    "upload": client.upload(title, title.encode()),
                    "change": client.ask("PATCH", path, {"attributes": large(refused["change"])}),
                }
                good |= {title} if answers["upload"].is_good else set()
                for write, answer in answers.items():
                    if not answer.is_good:
                        answer.require_clear()
                        refused[write] += 1
            assert client.ask("GET", f"{path}/content").content == b"first"
            assert {document["title"] for document in client.everything("/vault/documents")} == good
        require_whole(site, client, good)


def require_whole(site: Site, client: WebClient, good: set[str]) -> None:
    """With room again: nothing is left of what was refused, and writing goes on."""
    assert recovered(site) == {"runs": [], "deliveries": []}
    assert client.upload("last", b"last", key="last").status == 201
    documents = client.everything("/vault/documents")
    assert {document["title"] for document in documents} == {*good, "last"}
    assert client.ask("GET", "/vault/audit/verify").json["valid"]
    entries = client.everything("/vault/audit")
    entered = [entry["entity_id"] for entry in entries if entry["action"] == "document.created"]
    assert sorted(entered) == sorted(document["id"] for document in documents)
    needed = {document["version"]["sha256"] for document in documents}
    assert needed <= set(blobs_of(site))
    assert tidied_blobs_of(site) == needed
