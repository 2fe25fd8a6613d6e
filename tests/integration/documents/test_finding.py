"""Lists of documents: filters, order, pages."""

from typing import Any

import pytest

from tests.integration.documents.members import Member
from VaultManagement.Documents.bll.service import document_service


def listed(member: Member, query: str = "") -> list[str]:
    response = member.client.get(f"/vault/documents?{query}")
    assert response.status_code == 200, response.content
    page = response.json()
    assert page["total"] == len(page["results"])
    return [document["title"] for document in page["results"]]


@pytest.fixture(scope="module")
def library(module_org: Any) -> Member:
    """Five documents of two owners, in this order of creation; nobody changes them."""
    editor, other = Member(module_org, "editor", "ed"), Member(module_org, "administrator", "ada")
    editor.document(title="Alpha 100%", folder="plans", tags=["red", "big"], filename="one.pdf")
    editor.document(title="beta_x", folder="plans/old", tags=["red"], filename="two.pdf")
    other.document(title="GRÖSSE", filename="three.txt")
    archived = editor.document(title="Delta", folder="plans", tags=["Red"], filename="four.txt")
    trashed = editor.document(title="Epsilon", folder="plans", tags=["red"], filename="five.txt")
    editor.client.post(f"/vault/documents/{archived['id']}/archive")
    editor.client.delete(f"/vault/documents/{trashed['id']}")
    return editor


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"Alpha 100%", "beta_x", "GRÖSSE", "Delta"}),
        (
            "search=&tag=&folder=&status=&owner=&order=&limit=&offset=",
            {"Alpha 100%", "beta_x", "GRÖSSE", "Delta"},
        ),
        ("search=ALPHA", {"Alpha 100%"}),
        ("search=größe", {"GRÖSSE"}),
        ("search=.PDF", {"Alpha 100%", "beta_x"}),
        ("search=%25", {"Alpha 100%"}),
        ("search=_", {"beta_x"}),
        ("search=nothing", set()),
        ("search=%5C", set()),
        ("tag=red", {"Alpha 100%", "beta_x"}),
        ("tag=Red", {"Delta"}),
        ("tag=red&tag=big", {"Alpha 100%"}),
        ("folder=plans", {"Alpha 100%", "Delta"}),
        ("folder=/plans/old/", {"beta_x"}),
        ("folder=/", {"GRÖSSE"}),
        ("status=active", {"Alpha 100%", "beta_x", "GRÖSSE"}),
        ("status=archived", {"Delta"}),
        ("status=trashed", {"Epsilon"}),
        ("owner=ada", {"GRÖSSE"}),
        ("owner=nobody", set()),
        ("folder=plans&tag=red&status=trashed", {"Epsilon"}),
    ],
)
def test_a_filter_finds_what_fits(library: Member, query: str, titles: set[str]) -> None:
    assert set(listed(library, query)) == titles


@pytest.mark.parametrize(
    ("order", "titles"),
    [
        ("", ["Delta", "GRÖSSE", "beta_x", "Alpha 100%"]),
        ("-updated_at", ["Delta", "GRÖSSE", "beta_x", "Alpha 100%"]),
        ("updated_at", ["Alpha 100%", "beta_x", "GRÖSSE", "Delta"]),
        ("created_at", ["Alpha 100%", "beta_x", "GRÖSSE", "Delta"]),
        ("-created_at", ["Delta", "GRÖSSE", "beta_x", "Alpha 100%"]),
    ],
)
def test_lists_come_in_the_order_asked_for(library: Member, order: str, titles: list[str]) -> None:
    assert listed(library, f"order={order}") == titles


def test_lists_come_in_the_order_of_titles(editor: Member) -> None:
    for title in ("banana", "apple", "cherry"):
        editor.document(title=title)
    assert listed(editor, "order=title") == ["apple", "banana", "cherry"]
    assert listed(editor, "order=-title") == ["cherry", "banana", "apple"]


def test_pages_cover_equal_rows_without_gap_or_repetition(editor: Member) -> None:
    ids = {editor.document(title="same")["id"] for _ in range(7)}
    document_service.filter().update(updated_at="2024-01-01T00:00:00Z", created_at="2024-01-01T00:00:00Z")
    for order in ("title", "-title", "updated_at", "-updated_at", "created_at", "-created_at"):
        pages = [
            editor.client.get(f"/vault/documents?order={order}&limit=3&offset={offset}").json()
            for offset in (0, 3, 6)
        ]
        seen = [document["id"] for page in pages for document in page["results"]]
        assert seen == sorted(ids, reverse=order.startswith("-")) and {page["total"] for page in pages} == {7}


def test_a_page_beyond_the_end_is_empty(library: Member) -> None:
    assert library.client.get("/vault/documents?offset=99").json() == {"results": [], "total": 4}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "offset=-1",
        "offset=99999999999999999999",
        "order=owner",
        "order=--title",
        "status=lost",
        "folder=../x",
        "search=%00",
        "tag=%00",
        "owner=%00",
        f"search={'x' * 256}",
        "&".join(f"tag={number}" for number in range(11)),
    ],
)
def test_a_malformed_query_is_refused(library: Member, query: str) -> None:
    response = library.client.get(f"/vault/documents?{query}")
    assert response.status_code == 400 and response.json()["code"] == "validation_error"


def test_versions_are_a_list_too(editor: Member) -> None:
    document = editor.document()
    path = f"/vault/documents/{document['id']}/versions"
    assert editor.client.get(path).json() == {"results": [document["version"]], "total": 1}
    assert editor.client.get(f"{path}/1").json() == document["version"]
    assert editor.client.get(f"{path}?offset=1").json() == {"results": [], "total": 1}
    assert editor.client.get(f"{path}?limit=0").status_code == 400


def test_the_head_of_a_list_can_be_asked_for(editor: Member) -> None:
    response: Any = editor.client.head("/vault/documents?limit=1")
    assert response.status_code == 200
