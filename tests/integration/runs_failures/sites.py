"""A site with one organisation behind its real web server, and a client that writes down what it is answered."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from tests.integration.organisations.sites import Site
from tests.integration.runs_failures.answers import require_refusal
from tests.site import REPOSITORY
from VaultPlatform.serving.programs import listening, site_programs

PASSWORD = "a long enough password 42"
ORG = "acme"
BOUNDARY = "between-the-parts"
SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a client got; status 0 for a connection that broke, of which nobody knows what came of the request."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    def require_clear(self) -> None:
        """It is a refusal that a client can read and act upon, and that tells nothing internal."""
        require_refusal(self.status, self.headers, self.json)


@dataclass(frozen=True, kw_only=True)
class Client:
    """Asks a web server as the administrator of the organisation."""

    port: int
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; `body` is JSON unless it is bytes."""
        sent = {"Org": ORG, **self.headers, **{name.replace("_", "-"): headers[name] for name in headers}}
        if body is not None and not isinstance(body, bytes):
            body, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        try:
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)) as connection:
                connection.request(method, path, body, sent)
                with connection.getresponse() as response:
                    return Answer(status=response.status, headers=response.headers, content=response.read())
        except (OSError, HTTPException):
            return Answer(status=0)

    def signed_in(self) -> "Client":
        answer = self.ask("POST", "/vault/auth/token", {"username": "admin", "password": PASSWORD})
        assert answer.status == 200, answer
        return Client(port=self.port, headers={"Authorization": f"JWT {answer.json['access']}"})

    def upload(self, title: str, content: bytes, *, key: str = "") -> Answer:
        """POST a document; `key`: its Idempotency-Key, if there is to be one."""
        body = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="title"\r\n\r\n{title}\r\n'
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode() + content
        headers = {"Content_Type": f"multipart/form-data; boundary={BOUNDARY}"}
        if key:
            headers["Idempotency_Key"] = key
        return self.ask("POST", "/vault/documents", body + f"\r\n--{BOUNDARY}--\r\n".encode(), **headers)

    def everything(self, path: str) -> list[Any]:
        """All results of a list."""
        found: list[Any] = []
        while True:
            answer = self.ask("GET", f"{path}?limit=200&offset={len(found)}")
            assert answer.status == 200, answer
            found += answer.json["results"]
            if len(found) >= answer.json["total"]:
                return found


def new_site(folder: Path, database: Mapping[str, Any], *, home: Path | None = None, **blocks: Any) -> Site:
    """A migrated site with an organisation and its administrator."""
    base = {
        "active_plugins": ["Activity_Plugin"],
        "allowed_hosts": ["127.0.0.1"],
        **{f"throttle_{asking}": "9000000/min" for asking in ("organisation", "principal", "anonymous")},
    }
    settings = folder / "VaultSettings.json"
    settings.write_text(json.dumps({"Base": base, "Database": database, **blocks}))
    site = Site(home=home or folder / "home", settings=settings)
    site.commands(
        ["migrate", "--verbosity", "0"], ["create_org", ORG, "--admin", "admin", "--password", PASSWORD]
    )
    return site


@contextmanager
def served(site: Site) -> Iterator[Client]:
    """The site's web server, and its administrator."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    log_file = site.settings.with_name("web.log")
    with listening(port) as sockets, log_file.open("wb") as log:
        program = site_programs(port=port, sockets=sockets, folder=REPOSITORY)[0]
        process = subprocess.Popen(
            program.command,
            cwd=program.folder,
            env={**site.environment, **program.environment},
            pass_fds=program.files,
            stdout=log,
            stderr=log,
        )
    try:
        client, deadline = Client(port=port), time.monotonic() + SECONDS
        while client.ask("GET", "/vault/health/live").status != 200:
            assert process.poll() is None and time.monotonic() < deadline, log_file.read_text()
            time.sleep(0.1)
        yield client.signed_in()
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


def blobs_of(site: Site) -> dict[str, Path]:
    """The files of the organisations' storage: blobs by their digests, and uploads that have not ended."""
    rooms = site.home / "storage"
    return {path.name: path for path in [*rooms.glob("*/blobs/*/*"), *rooms.glob("*/incoming/*")]}


def tidied_blobs_of(site: Site) -> set[str]:
    """Names of what is left of these by the nightly task, two days from now."""
    for path in blobs_of(site).values():
        os.utime(path, times=(time.time() - 2 * 86400,) * 2)
    inside(site, "tidy")
    return set(blobs_of(site))


def recovered(site: Site) -> Any:
    """What `runs recover` leaves: runs that have not ended, and events that are not delivered."""
    return json.loads(inside(site, "recover", ORG, str(SECONDS)).splitlines()[-1])


def inside(site: Site, *arguments: str) -> str:
    """What a function of `inside_a_site` prints, which is run in a process of its own."""
    done = site.run("-m", "tests.integration.runs_failures.inside_a_site", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout
