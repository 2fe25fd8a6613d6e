"""Whatever a client sends: an answer that is none of the server's failures, and nothing left of what is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.documents.members import Member
from tests.integration.documents.multipart import body, part, post_raw
from VaultManagement.Documents.bll.HelperFunctions import check_attributes
from VaultManagement.Documents.serializers import DocumentSerializer, VersionSerializer

VALID = body(
    part("title", "Grüße".encode()),
    part("file", b"content " * 40, filename="a.txt", Content_Type="text/plain"),
    part("attributes", b'{"a": [1]}'),
    part("tags", b"t"),
)
#: Fixtures hold for all examples: nothing in them changes from one to the next.
with_shared_fixtures = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
places = st.integers(0, len(VALID))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def org(shared_org: Any) -> Any:
    return shared_org


@with_shared_fixtures
@given(start=places, length=st.integers(0, 80), instead=st.binary(max_size=80))
def test_a_mangled_upload_is_taken_or_refused_and_leaves_no_half(
    editor: Member, blobs: Callable[[], list[str]], start: int, length: int, instead: bytes
) -> None:
    response = post_raw(editor, VALID[:start] + instead + VALID[start + length :])
    assert response.status_code in (201, 400), response.content
    assert not [name for name in blobs() if name.startswith("incoming")]
    if response.status_code == 400:
        assert response.json()["code"] == "validation_error" and response.json()["msg"]


@with_shared_fixtures
@given(attributes=st.dictionaries(st.text(), values, max_size=3))
def test_attributes_are_refused_or_come_back_as_they_were_sent(
    editor: Member, attributes: dict[str, Any]
) -> None:
    document = editor.document()
    response = editor.client.patch(f"/vault/documents/{document['id']}", {"attributes": attributes})
    try:
        check_attributes(attributes)
    except ValueError:
        assert response.status_code == 400
        return
    assert response.status_code == 200
    came = editor.client.get(f"/vault/documents/{document['id']}").json()["attributes"]
    assert _plain(came) == _plain(attributes)


@with_shared_fixtures
@given(
    sent=st.one_of(
        values, st.fixed_dictionaries({}, optional=dict.fromkeys(("title", "folder", "tags"), values))
    )
)
def test_any_json_as_a_change_is_taken_or_refused(editor: Member, sent: Any) -> None:
    document = editor.document()
    response = editor.client.generic(
        "PATCH", f"/vault/documents/{document['id']}", json.dumps(sent), "application/json"
    )
    assert response.status_code in (200, 400), response.content


@with_shared_fixtures
@given(
    query=st.dictionaries(
        st.sampled_from(["search", "tag", "folder", "status", "owner", "order", "limit", "offset"]),
        st.text(max_size=30),
    )
)
def test_any_query_is_answered_or_refused(editor: Member, query: dict[str, str]) -> None:
    encodable = {name: value.encode(errors="ignore").decode() for name, value in query.items()}
    response = editor.client.get("/vault/documents", encodable)
    assert response.status_code in (200, 400), response.content


@with_shared_fixtures
@given(header=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_any_range_is_served_or_refused(editor: Member, header: str) -> None:
    document = editor.document()
    path = f"/vault/documents/{document['id']}/content"
    for name in ("Range", "If-Range", "If-None-Match", "If-Match"):
        response = editor.client.get(path, headers={"Range": "bytes=0-1", name: header})
        if response.streaming:
            list(response.streaming_content)
        assert response.status_code in (200, 206, 304, 412, 416)


def test_what_is_answered_is_what_the_description_of_the_api_says(editor: Member) -> None:
    document = editor.document()
    assert list(document) == list(DocumentSerializer().fields)
    assert list(document["version"]) == list(VersionSerializer().fields)


def _plain(value: Any) -> Any:
    """Numbers as floats: a database may write 1e22 as an integer."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
