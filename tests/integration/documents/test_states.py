"""The life of a document: every verb in every state, what it remembers, what plugins are told, who may."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pluggy
import pytest

from tests.integration.documents.members import Member
from VaultErrors.BackendErrors import errors

hookimpl = pluggy.HookimplMarker("vault")


@pytest.fixture
def org(shared_org: Any) -> Any:
    return shared_org


#: How to bring a new document into each state, and back to which state restoring leads.
WAYS = {
    "active": ([], None),
    "archived": (["archive"], "active"),
    "trashed": (["delete"], "active"),
    "trashed from the archive": (["archive", "delete"], "archived"),
}
VERBS = ("get", "patch", "archive", "restore", "delete", "content", "version content", "versions", "version")
CONFLICTS = {
    "active": {"restore"},
    "archived": {"patch", "archive"},
    "trashed": {"patch", "archive", "delete", "content", "version content"},
    "trashed from the archive": {"patch", "archive", "delete", "content", "version content"},
}
READS = {
    "get": "",
    "content": "/content",
    "versions": "/versions",
    "version": "/versions/1",
    "version content": "/versions/1/content",
}


def do(member: Member, verb: str, document_id: str) -> Any:
    path = f"/vault/documents/{document_id}"
    if verb in READS:
        response = member.client.get(path + READS[verb])
        if response.streaming:
            list(response.streaming_content)
        return response
    if verb == "patch":
        return member.client.patch(path, {"title": "changed"})
    return member.client.delete(path) if verb == "delete" else member.client.post(f"{path}/{verb}")


def status_of(member: Member, document_id: str) -> str:
    return str(do(member, "get", document_id).json()["status"])


def document_in(member: Member, state: str) -> str:
    document_id = str(member.document(title="original")["id"])
    for verb in WAYS[state][0]:
        assert do(member, verb, document_id).status_code < 300
    return document_id


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", WAYS)
def test_every_verb_in_every_state(editor: Member, state: str, verb: str) -> None:
    document_id = document_in(editor, state)
    before = do(editor, "get", document_id).json()
    response = do(editor, verb, document_id)
    if verb in CONFLICTS[state]:
        assert response.status_code == 409 and response.json()["code"] == "conflict"
        assert before["status"] in response.json()["msg"] or "trash" in response.json()["msg"]
        assert do(editor, "get", document_id).json() == before
        return
    assert response.status_code == (204 if verb == "delete" else 200)
    becomes = {"archive": "archived", "delete": "trashed", "restore": WAYS[state][1]}.get(
        verb, before["status"]
    )
    assert status_of(editor, document_id) == becomes
    if verb in ("archive", "restore", "patch"):
        assert response.json() == do(editor, "get", document_id).json()
        assert response.json()["updated_at"] > before["updated_at"]


def test_a_document_can_go_round_and_round(editor: Member) -> None:
    document_id = document_in(editor, "trashed from the archive")
    for verb, status in [
        ("restore", "archived"),
        ("delete", "trashed"),
        ("restore", "archived"),
        ("restore", "active"),
        ("delete", "trashed"),
        ("restore", "active"),
        ("archive", "archived"),
    ]:
        assert do(editor, verb, document_id).status_code < 300
        assert status_of(editor, document_id) == status


@pytest.mark.parametrize("verb", VERBS)
def test_an_unknown_document_is_not_found(editor: Member, verb: str) -> None:
    response = do(editor, verb, str(uuid4()))
    assert response.status_code == 404 and response.json()["code"] == "not_found"


@pytest.mark.parametrize("number", [0, 2, 10**30])
def test_an_unknown_version_is_not_found(editor: Member, number: int) -> None:
    document_id = document_in(editor, "active")
    for end in ("", "/content"):
        assert editor.client.get(f"/vault/documents/{document_id}/versions/{number}{end}").status_code == 404


@pytest.mark.parametrize("verb", VERBS)
def test_a_reader_reads_and_does_not_write(
    editor: Member, make_member: Callable[..., Member], verb: str
) -> None:
    document_id = document_in(editor, "active")
    assert do(make_member("reader"), verb, document_id).status_code == (200 if verb in READS else 403)
    assert status_of(editor, document_id) == "active"


def test_documents_are_the_organisations_not_only_their_owners(
    editor: Member, make_member: Callable[..., Member]
) -> None:
    document_id = document_in(editor, "active")
    assert do(make_member("editor"), "archive", document_id).status_code == 200
    assert do(make_member("administrator"), "delete", document_id).status_code == 204


EVENTS = {
    "patch": ("active", "on_entity_updated"),
    "archive": ("active", "on_entity_archived"),
    "delete": ("archived", "on_entity_deleted"),
    "restore": ("trashed", "on_entity_restored"),
}


@pytest.mark.parametrize("verb", EVENTS)
def test_plugins_are_told_of_each_change_once(editor: Member, events: list[Any], verb: str) -> None:
    state, event = EVENTS[verb]
    document_id = document_in(editor, state)
    events.clear()
    do(editor, verb, document_id)
    assert events == [(event, {"entity_type": "Document", "entity_id": document_id})]
    do(
        editor,
        "restore" if verb == "restore" and status_of(editor, document_id) == "active" else verb,
        document_id,
    )
    if verb != "patch":
        assert len(events) == 1  # the second time was a conflict


class Guard:
    """A plugin that watches, and forbids what it is told to forbid."""

    def __init__(self, member: Member, refusal: Exception | None = None) -> None:
        self.asked: list[tuple[str, str, Any, str]] = []
        self._member, self._refusal = member, refusal

    @hookimpl
    def before_entity_archive(self, entity_type: str, entity_id: str, user: Any) -> None:
        self._ask(entity_type, entity_id, user)

    @hookimpl
    def before_entity_delete(self, entity_type: str, entity_id: str, user: Any) -> None:
        self._ask(entity_type, entity_id, user)

    def _ask(self, entity_type: str, entity_id: str, user: Any) -> None:
        from django.db import connection

        assert connection.in_atomic_block
        self.asked.append((entity_type, entity_id, user.pk, status_of(self._member, entity_id)))
        if self._refusal:
            raise self._refusal


@pytest.mark.parametrize("verb", ["archive", "delete"])
def test_plugins_are_asked_inside_the_transaction_before_the_write(
    editor: Member, register_hooks: Callable[[object], None], verb: str
) -> None:
    document_id = document_in(editor, "active")
    guard = Guard(editor)
    register_hooks(guard)
    assert do(editor, verb, document_id).status_code < 300
    assert guard.asked == [("Document", document_id, editor.user.pk, "active")]


@pytest.mark.parametrize("verb", ["archive", "delete"])
def test_a_veto_is_the_clients_answer_and_nothing_happens(
    editor: Member, register_hooks: Callable[[object], None], events: list[Any], verb: str
) -> None:
    document_id = document_in(editor, "active")
    register_hooks(Guard(editor, errors.bad_request.Locked("The auditors have not seen it yet.")))
    events.clear()
    response = do(editor, verb, document_id)
    assert response.status_code == 423 and response.json()["msg"] == "The auditors have not seen it yet."
    assert status_of(editor, document_id) == "active" and events == []


@pytest.mark.parametrize("verb", ["archive", "delete"])
def test_a_check_that_breaks_does_not_open_the_gate(
    editor: Member, register_hooks: Callable[[object], None], verb: str
) -> None:
    document_id = document_in(editor, "active")
    register_hooks(Guard(editor, RuntimeError("secret detail")))
    editor.client.raise_request_exception = False
    response = do(editor, verb, document_id)
    assert response.status_code == 500 and "secret" not in response.json()["msg"]
    assert status_of(editor, document_id) == "active"


def test_plugins_are_not_asked_about_what_cannot_be_done(
    editor: Member, register_hooks: Callable[[object], None]
) -> None:
    document_id = document_in(editor, "archived")
    guard = Guard(editor)
    register_hooks(guard)
    assert do(editor, "archive", document_id).status_code == 409
    assert guard.asked == []


def test_purging_is_refused_rather_than_taken_for_the_trash(editor: Member) -> None:
    document_id = document_in(editor, "active")
    response = editor.client.delete(f"/vault/documents/{document_id}?purge=true")
    assert response.status_code == 400 and "purge" in response.json()["msg"]
    assert status_of(editor, document_id) == "active"
    assert editor.client.delete(f"/vault/documents/{document_id}?purge=false").status_code == 204
