"""PostgreSQL is stopped at once, and started again, while clients write: what was answered is there, and nothing half.

`VAULT_TEST_RESTARTS` says how often.
"""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.integration.organisations.sites import Site
from tests.integration.runs_failures.cutting import way_to
from tests.integration.runs_failures.own_servers import OwnServer, own_server
from tests.integration.runs_failures.sites import (
    Answer,
    Client,
    blobs_of,
    new_site,
    recovered,
    served,
    tidied_blobs_of,
)
from tests.services import POSTGRESQL
from tests.site import DATABASE

pytestmark = [
    pytest.mark.skipif(DATABASE != "postgresql", reason="a PostgreSQL server is what is restarted"),
    pytest.mark.timeout(240),
]
RESTARTS = int(os.environ.get("VAULT_TEST_RESTARTS", "10"))
CLIENTS = 3
#: Documents that are written between two restarts, at least.
BETWEEN = 4
SECONDS = 30.0
TAGS = ["seen"]
#: What is uploaded over a connection that is cut, in whatever order the tests run.
CUT_OFF = (b"before", b"unknown")


@dataclass
class Write:
    """One document that a client has sent, perhaps more than once, and then changed."""

    title: str
    key: str
    answers: list[Answer] = field(default_factory=list)
    changed: Answer | None = None

    @property
    def content(self) -> bytes:
        return f"what is in {self.title}".encode() * 50

    @property
    def good(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.is_good]

    def send(self, client: Client) -> Answer:
        self.answers.append(client.upload(self.title, self.content, key=self.key))
        return self.answers[-1]

    def change(self, client: Client) -> None:
        self.changed = client.ask("PATCH", f"/vault/documents/{self.good[0].json['id']}", {"tags": TAGS})


@pytest.fixture(scope="module")
def database() -> Iterator[OwnServer]:
    with own_server(POSTGRESQL) as server:
        yield server


@pytest.fixture(scope="module")
def site(database: OwnServer, tmp_path_factory: pytest.TempPathFactory) -> Site:
    place = conninfo_to_dict(database.url)
    section = {"host": place["host"], "port": int(place["port"]), "name": "postgres", "user": place["user"]}
    return new_site(tmp_path_factory.mktemp("site"), {"engine": "postgresql", **section})


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[Client]:
    with served(site) as client:
        yield client


@pytest.fixture(scope="module")
def writes(database: OwnServer, client: Client) -> list[Write]:
    """What clients have written while the server was restarted."""
    made: list[Write] = []
    over = Event()

    def written() -> int:
        return sum(bool(each.good) for each in list(made))

    with ThreadPoolExecutor(CLIENTS) as pool:
        working = [pool.submit(write_on, client, str(name), made, over) for name in range(CLIENTS)]
        try:
            for _ in range(RESTARTS):
                before, deadline = written(), time.monotonic() + SECONDS
                while written() < before + BETWEEN:
                    assert time.monotonic() < deadline, database.log()
                    time.sleep(0.01)
                database.stop_at_once()
                database.start()
        finally:
            over.set()
        for each in working:
            each.result()
    return made


def write_on(client: Client, name: str, made: list[Write], over: Event) -> None:
    """What one client does."""
    number = 0
    while not over.is_set():
        number += 1
        title = f"{name}-{number}"
        made.append(each := Write(title=title, key=title if number % 2 else ""))
        if not each.send(client).is_good and each.key:
            each.send(client)  # as a client does who does not know what came of it
        if each.good:
            each.change(client)
        else:
            time.sleep(0.05)


@pytest.fixture(scope="module")
def left(site: Site, writes: list[Write]) -> Any:
    """What is left when everything is looked after that can be, while the web server is still at work."""
    return recovered(site)


def test_clients_get_answers_or_clear_refusals(writes: list[Write]) -> None:
    changes = [each.changed for each in writes if each.changed is not None]
    answers = [*(answer for each in writes for answer in each.answers), *changes]
    found = Counter(answer.status for answer in answers)
    assert found.keys() <= {200, 201, 409, 503} and found[201] >= RESTARTS * BETWEEN and found[503], found
    for answer in answers:
        if answer.status == 503:
            answer.require_clear()
        elif answer.status == 409:  # the first attempt is still being looked after
            assert answer.headers["Retry-After"] == "1" and "has not ended yet" in answer.json["msg"]


def test_no_run_and_no_event_is_left(left: Any) -> None:
    assert left == {"runs": [], "deliveries": []}


def test_everything_that_was_answered_can_be_read(left: Any, writes: list[Write], client: Client) -> None:
    for each in writes:
        for answer in each.good:
            path = f"/vault/documents/{answer.json['id']}"
            document = client.ask("GET", path).json
            assert document["title"] == each.title
            assert client.ask("GET", f"{path}/content").content == each.content
            if each.changed is not None and each.changed.is_good:
                assert document["tags"] == each.changed.json["tags"] == TAGS


def test_sending_again_under_the_same_key_gives_one_document(
    left: Any, writes: list[Write], client: Client
) -> None:
    for each in writes:
        if each.key:
            first = next(iter(each.good), None)
            again = each.send(client)
            assert again.status == 201, again
            assert first is None or again.json == first.json
    titles = Counter(document["title"] for document in client.everything("/vault/documents"))
    assert max(titles.values()) == 1
    assert {each.title for each in writes if each.key} <= titles.keys()


def test_nothing_is_half_written(left: Any, writes: list[Write], client: Client, site: Site) -> None:
    documents = client.everything("/vault/documents")
    contents = [*(each.content for each in writes), *CUT_OFF]
    known = {hashlib.sha256(content).hexdigest() for content in contents}
    needed = {document["version"]["sha256"] for document in documents}
    assert needed <= set(blobs_of(site)) <= known
    assert tidied_blobs_of(site) == needed
    entries = client.everything("/vault/audit")
    entered = Counter(entry["entity_id"] for entry in entries if entry["action"] == "document.created")
    assert entered == {document["id"]: 1 for document in documents}


def test_the_audit_chain_holds(left: Any, site: Site) -> None:
    done = site.manage("audit", "verify")
    assert done.returncode == 0, done.stdout


def test_a_commit_of_which_nobody_knows_is_found_out_about(
    left: Any, site: Site, database: OwnServer, client: Client
) -> None:
    """The server has committed, and its answer never arrives."""
    place = conninfo_to_dict(database.url)
    with way_to((str(place["host"]), int(place["port"]))) as way:
        settings = json.loads(site.settings.read_text())
        settings["Database"]["port"] = way.port
        file = site.settings.with_name("cut.json")
        file.write_text(json.dumps(settings))
        with served(Site(home=site.home, settings=file)) as cut_off:
            document = cut_off.upload("unknown", CUT_OFF[0], key="before").json
            path = f"/vault/documents/{document['id']}"
            way.cuts_next_commit = True
            cut_off.ask("PATCH", path, {"tags": TAGS}).require_clear()
            way.cuts_next_commit = True
            cut_off.upload("unknown too", CUT_OFF[1], key="unknown").require_clear()
            assert way.cut == 2
            assert client.ask("GET", path).json["tags"] == TAGS
            again = client.upload("unknown too", CUT_OFF[1], key="unknown")
            assert again.status == 201 and again.headers["Idempotency-Replayed"] == "true"
            assert recovered(site) == {"runs": [], "deliveries": []}
