from typing import Any
from uuid import uuid4

import pytest

from tests.clients import AUDITED, statements


def test_the_list_shows_the_newest_first_in_pages(ed: Any) -> None:
    for number in range(5):
        ed.share(title=str(number))

    assert ed.titles() == ["4", "3", "2", "1", "0"]
    assert ed.titles(limit=2) == ["4", "3"]
    assert ed.titles(limit=2, offset=3) == ["1", "0"]
    assert ed.get("/vault/bookmarks", limit=1, offset=9).json() == {"results": [], "total": 5}


def test_a_query_that_does_not_fit_is_refused_naming_the_parameter(ed: Any) -> None:
    misfits = [
        ("limit", 0),
        ("limit", 201),
        ("limit", "x"),
        ("offset", -1),
        ("offset", 10**30),
        ("mine", "perhaps"),
    ]
    for name, value in misfits:
        answer = ed.get("/vault/bookmarks", **{name: value})
        assert answer.status_code == 400, (name, value)
        assert f"{name}: " in answer.json()["msg"]


def test_everybody_sees_all_bookmarks_and_may_ask_for_their_own(ed: Any, make_member: Any) -> None:
    otto = make_member("otto")
    ed.share(title="of ed")
    otto.share(title="of otto")

    assert otto.titles() == ed.titles() == ["of otto", "of ed"]
    assert otto.titles(mine="true") == ["of otto"]
    assert ed.titles(mine="true") == ["of ed"]
    assert ed.titles(mine="false") == ["of otto", "of ed"]


def test_the_list_may_be_asked_for_what_points_at_one_entity(ed: Any) -> None:
    entity = uuid4()
    ed.share(f"https://example.org/vault/documents/{entity}/content", title="content")
    ed.share(f"https://example.org/entity/{entity}", title="entity")
    ed.share(f"https://example.org/entity/{entity}0", title="longer id")
    ed.share("https://example.org/", title="none")

    assert ed.titles(entity=str(entity)) == ["entity", "content"]
    assert ed.titles(entity=str(entity).upper()) == ["entity", "content"]
    assert ed.titles(entity=str(uuid4())) == []


def test_an_unknown_id_is_answered_with_404(ed: Any) -> None:
    for method in ("get", "delete"):
        for unknown in (uuid4(), "1"):
            assert ed.send(method, f"/vault/bookmarks/{unknown}").status_code == 404


def test_who_shared_a_bookmark_removes_it_once(ed: Any) -> None:
    ed.share(title="stays")
    path = f"/vault/bookmarks/{ed.share()['id']}"

    removed = ed.send("delete", path)

    assert removed.status_code == 204
    assert removed.content == b""
    assert ed.get(path).status_code == 404
    assert ed.send("delete", path).status_code == 404
    assert ed.titles() == ["stays"]


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_somebody_else_may_not_remove_it(ed: Any, make_member: Any, role: str) -> None:
    bookmark = ed.share()

    refused = make_member("otto", role=role).send("delete", f"/vault/bookmarks/{bookmark['id']}")

    assert refused.status_code == 403
    assert ed.bookmarks() == [bookmark]


def test_an_administrator_may_remove_what_others_shared(ed: Any, make_member: Any) -> None:
    bookmark = ed.share()

    removed = make_member("ada", role="administrator").send("delete", f"/vault/bookmarks/{bookmark['id']}")

    assert removed.status_code == 204
    assert ed.bookmarks() == []


def test_another_organisation_neither_sees_nor_reaches_a_bookmark(
    ed: Any, make_member: Any, make_org: Any
) -> None:
    bookmark = ed.share()
    path = f"/vault/bookmarks/{bookmark['id']}"
    stranger = make_member("ada", role="administrator", organisation=make_org())

    assert stranger.bookmarks() == []
    assert stranger.get(path).status_code == 404
    assert stranger.send("delete", path).status_code == 404
    assert ed.bookmarks() == [bookmark]


def test_sharing_costs_three_statements(ed: Any) -> None:
    with statements() as counted:
        ed.share()

    # who is asking, how many are there, the row; and what every audited write costs
    assert counted()["default"] == 3 + AUDITED["default"]


def test_removing_costs_three_statements(ed: Any) -> None:
    bookmark = ed.share()

    with statements() as counted:
        ed.send("delete", f"/vault/bookmarks/{bookmark['id']}")

    assert counted()["default"] == 3 + AUDITED["default"]  # who is asking, whose is it, the row


def test_showing_one_costs_two_statements(ed: Any) -> None:
    bookmark = ed.share()

    with statements() as counted:
        ed.get(f"/vault/bookmarks/{bookmark['id']}")

    assert counted()["default"] == 2


def test_the_list_costs_three_statements_for_one_row_and_for_a_hundred(ed: Any) -> None:
    from Plugins.Bookmarks_Plugin.bll.Bookmarks.service import bookmark_service

    costs = []
    for more in (1, 99):
        bookmark_service.bulk_create(
            {"shared_by_id": ed.client.id, "target_url": "http://a", "title": "t"} for _ in range(more)
        )
        with statements() as counted:
            assert ed.get("/vault/bookmarks", limit=200).json()["total"] == len(ed.bookmarks(limit=200))
        costs.append(counted()["default"] / 2)  # two requests

    assert costs == [3, 3]
