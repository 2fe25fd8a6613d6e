"""The exact statements of each route. Signing in costs one, on the organisation's database as well."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.integration.documents.members import Member

_VERB = re.compile(r'\b(SELECT|INSERT|UPDATE|DELETE)\b.*?"VaultModels_(\w+)"', re.DOTALL)
_SUBQUERY = re.compile(r"\(SELECT [^()]*\)")
#: What finds the member: PostgreSQL has a function for it.
SIGN_IN, _MEMBER = "SELECT user", "member_of_session("


def statements(function: Callable[[], Any]) -> list[str]:
    """Verb and first table of each statement that `function` sends, transaction control left out."""
    with CaptureQueriesContext(connection) as captured:
        response = function()
        if response.streaming:
            list(response.streaming_content)
    assert response.status_code < 300, response.content
    sent = [query["sql"].replace(_MEMBER, '"VaultModels_user" (') for query in captured]
    found = [_VERB.search(_SUBQUERY.sub("", sql)) for sql in sent]
    return [f"{match[1]} {match[2]}" for match in found if match]


@pytest.fixture
def path(editor: Member) -> str:
    return f"/vault/documents/{editor.document(tags=['t'])['id']}"


READS = {
    "": ["SELECT document"],
    "/content": ["SELECT document"],
    "/versions/1": ["SELECT documentversion"],
    "/versions/1/content": ["SELECT documentversion"],
    "/versions": ["SELECT documentversion", "SELECT documentversion"],
}


@pytest.mark.parametrize("end", READS)
def test_a_read_is_one_query(editor: Member, path: str, end: str) -> None:
    assert statements(lambda: editor.client.get(path + end)) == [SIGN_IN, *READS[end]]


@pytest.mark.parametrize("query", ["", "search=a&tag=t&owner=ed&folder=/&status=active"])
def test_a_list_is_two_queries_for_one_row_and_for_many(editor: Member, path: str, query: str) -> None:
    expected = [SIGN_IN, "SELECT document", "SELECT document"]
    assert statements(lambda: editor.client.get(f"/vault/documents?{query}")) == expected
    for _ in range(20):
        editor.document(tags=["t", "u"])
    assert statements(lambda: editor.client.get(f"/vault/documents?{query}")) == expected
    assert editor.client.get(f"/vault/documents?{query}").json()["total"] == 21


def test_an_upload_is_one_insert_a_table(editor: Member) -> None:
    assert statements(editor.upload) == [SIGN_IN, "INSERT document", "INSERT documentversion"]
    with_tags = statements(lambda: editor.upload(tags=["a", "b", "c"]))
    assert with_tags == [SIGN_IN, "INSERT document", "INSERT documentversion", "INSERT documenttag"]


WRITE = ["SELECT document", "SELECT document", "UPDATE document"]


def test_a_change_locks_reads_and_writes(editor: Member, path: str) -> None:
    assert statements(lambda: editor.client.patch(path, {"title": "x"})) == [SIGN_IN, *WRITE]
    assert statements(lambda: editor.client.post(f"{path}/archive")) == [SIGN_IN, *WRITE]
    assert statements(lambda: editor.client.delete(path)) == [SIGN_IN, *WRITE]
    assert statements(lambda: editor.client.post(f"{path}/restore")) == [SIGN_IN, *WRITE]


def test_new_tags_cost_two_more(editor: Member, path: str) -> None:
    tags = ["DELETE documenttag", "INSERT documenttag"]
    assert statements(lambda: editor.client.patch(path, {"tags": ["x", "y"]})) == [
        SIGN_IN,
        *WRITE[:2],
        *tags,
        WRITE[2],
    ]
    assert statements(lambda: editor.client.patch(path, {"tags": ["x", "y"]})) == [SIGN_IN, *WRITE]
