"""Ids that are good in one organisation, tried by another's administrator on every route with every verb."""

import json
import threading
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from tests.acceptance.attacks.routes import VERBS, closed_paths, refusal


def uploaded(client: Any, content: bytes = b"content") -> dict[str, Any]:
    """A new document."""
    file = SimpleUploadedFile("a.txt", content, "text/plain")
    response = client.post("/vault/documents", {"file": file}, format="multipart")
    assert response.status_code == 201, response.content
    return dict(response.json())


#: A body that fits, where an empty one is refused before anybody asks what the id is of.
SETTLED = json.dumps({"outcome": "completed", "note": "mine"})


def test_a_foreign_id_is_unknown_on_every_route_and_nothing_changes(
    org: Any, make_org: Any, client_for: Callable[..., Any]
) -> None:
    owner, stranger = client_for(org), client_for(make_org())
    document = uploaded(owner)
    body = {"target_url": "https://example.org/", "title": "t"}
    bookmark = owner.post("/vault/bookmarks/share", body, format="json").json()
    foreign = (document["id"], bookmark["id"], owner.id)
    tried = [path for each in foreign for path in closed_paths(uuid=each) if each in path]
    assert {f"/vault/documents/{document['id']}/content", f"/vault/users/{owner.id}"} < set(tried)

    for path in tried:
        for verb in VERBS:
            if verb != "OPTIONS":  # it tells which verbs there are, of any id
                said = SETTLED if path.endswith("/settle") else "{}"
                response = stranger.generic(verb, path, said, content_type="application/json")
                unknown = {401} if path.startswith("/vault/site/") else {404, 405}
                assert refusal(response) in unknown, (verb, path, response.content)

    assert owner.get(f"/vault/documents/{document['id']}").json() == document
    assert owner.get("/vault/bookmarks").json()["results"] == [bookmark]
    assert owner.get("/vault/auth/me").json()["role"] == "administrator"


def test_organisations_that_share_threads_and_run_into_errors_never_see_one_another(
    org: Any, make_org: Any, client_for: Callable[..., Any]
) -> None:
    clients = {each.slug: client_for(each) for each in (org, make_org())}
    documents = {slug: uploaded(client, slug.encode() * 1000)["id"] for slug, client in clients.items()}
    wrong: list[object] = []

    def attack(first: str, second: str) -> None:
        try:
            for mine, theirs in [(first, second), (second, first)] * 8:
                wrong.extend(_strayed(clients[mine], mine, own=documents[mine], foreign=documents[theirs]))
        except Exception as error:  # noqa: BLE001  # the thread's own test is below
            wrong.append(error)
        finally:
            connections.close_all()

    one, two = clients
    threads = [threading.Thread(target=attack, args=pair) for pair in [(one, two), (two, one)] * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def _strayed(client: Any, slug: str, *, own: str, foreign: str) -> list[object]:
    """What went wrong in one round of good and bad requests."""
    content = client.get(f"/vault/documents/{own}/content")
    found = {
        "content": b"".join(content.streaming_content) == slug.encode() * 1000,
        "foreign": client.get(f"/vault/documents/{foreign}").status_code == 404,
        "failing": client.post("/vault/users", {"username": "the-administrator"}, format="json").status_code
        == 400,
        "me": client.get("/vault/auth/me").json()["organisation"] == slug,
        "list": [each["id"] for each in client.get("/vault/documents").json()["results"]] == [own],
    }
    content.close()
    return [(slug, name) for name, right in found.items() if not right]
