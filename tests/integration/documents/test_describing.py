"""Changing what is said about a document."""

import json
from typing import Any

import pytest

from tests.integration.documents.members import Member


@pytest.fixture
def org(shared_org: Any) -> Any:
    return shared_org


def patch(member: Member, document: dict[str, Any], body: Any) -> Any:
    return member.client.patch(f"/vault/documents/{document['id']}", body)


def found(member: Member, query: str) -> list[str]:
    return [
        document["title"]
        for document in member.client.get(f"/vault/documents?folder=sought&{query}").json()["results"]
    ]


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("title", " New ", "New"),
        ("folder", "/a//b/", "a/b"),
        ("folder", "", ""),
        ("tags", ["z", "a", "z"], ["z", "a"]),
        ("tags", [], []),
        (
            "attributes",
            {"deep": {"er": [1, 2.5, None, True, "é"]}},
            {"deep": {"er": [1, 2.5, None, True, "é"]}},
        ),
        ("attributes", {}, {}),
    ],
)
def test_one_field_changes_and_the_others_stay(editor: Member, field: str, given: Any, kept: Any) -> None:
    before = editor.document(title="Old", folder="f", tags=["t"], attributes='{"k": 1}')
    response = patch(editor, before, {field: given})
    assert response.status_code == 200
    after = response.json()
    assert after == {**before, field: kept, "updated_at": after["updated_at"]}
    assert editor.client.get(f"/vault/documents/{before['id']}").json() == after


def test_search_and_tags_follow_the_change(editor: Member) -> None:
    document = editor.document(title="Old", filename="name.txt", folder="sought", tags=["one", "both"])
    assert found(editor, "search=old") == found(editor, "tag=one") == ["Old"]
    patch(editor, document, {"title": "New", "tags": ["two", "both"]})
    assert found(editor, "search=old") == found(editor, "tag=one") == []
    assert found(editor, "search=new") == found(editor, "search=NAME") == ["New"]
    assert found(editor, "tag=two") == found(editor, "tag=both") == ["New"]


def test_an_empty_change_is_none(editor: Member, events: list[Any]) -> None:
    document = editor.document()
    events.clear()
    assert patch(editor, document, {}).json() == document
    assert events == []


REFUSED: dict[str, tuple[Any, str]] = {
    "no object": ([1], "dictionary"),
    "an unknown field": ({"title": "x", "status": "archived"}, "no field status"),
    "an empty title": ({"title": " "}, "title"),
    "no title": ({"title": None}, "title"),
    "a title that is too long": ({"title": "x" * 256}, "title"),
    "a title too long in its normal form": ({"title": "\u0958" * 200}, "title"),
    "NUL": ({"title": "a\x00"}, "title"),
    "half a surrogate pair": ({"title": "a\ud800"}, "title"),
    "a folder too long": ({"folder": "x" * 1025}, "folder"),
    "a folder that climbs": ({"folder": "../a"}, "folder"),
    "tags as text": ({"tags": "a"}, "tags"),
    "a blank tag": ({"tags": ["a", ""]}, "tags"),
    "a tag that is no text": ({"tags": [["a"]]}, "tags"),
    "a tag of half a surrogate pair": ({"tags": ["\udfff"]}, "tags"),
    "attributes as list": ({"attributes": [1]}, "attributes"),
    "attributes too deep": ({"attributes": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}}, "attributes"),
    "attributes too large": ({"attributes": {"a": "x" * 16385}}, "attributes"),
    "attributes with NUL": ({"attributes": {"a": "\x00"}}, "attributes"),
    "attributes with half a surrogate pair": ({"attributes": {"\ud800": 1}}, "attributes"),
}


@pytest.mark.parametrize(("body", "saying"), REFUSED.values(), ids=REFUSED.keys())
def test_a_malformed_change_is_refused_and_changes_nothing(editor: Member, body: Any, saying: str) -> None:
    document = editor.document(tags=["t"])
    response = editor.client.generic(
        "PATCH", f"/vault/documents/{document['id']}", json.dumps(body), "application/json"
    )
    assert response.status_code == 400 and saying in response.json()["msg"], response.content
    assert editor.client.get(f"/vault/documents/{document['id']}").json() == document


RAW = {
    "infinity": '{"attributes": {"a": 1e999}}',
    "NaN": '{"attributes": {"a": NaN}}',
    "cut off": "{",
    "text": '"x"',
    "absurd depth": '{"attributes": ' + "[" * 90000,
}


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW.keys())
def test_json_that_is_none_is_refused(editor: Member, raw: str) -> None:
    document = editor.document()
    response = editor.client.generic("PATCH", f"/vault/documents/{document['id']}", raw, "application/json")
    assert response.status_code == 400


def test_a_form_is_not_what_a_change_is_sent_as(editor: Member) -> None:
    document = editor.document()
    response = editor.client.patch(f"/vault/documents/{document['id']}", {"title": "x"}, format="multipart")
    assert response.status_code == 415
