"""A site with both shipped plugins on, and one that raises at every call: what is written down of what happens."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.host.sites import PASSWORD, REPOSITORY, ZOO, Site, made_site

HERE = Path(__file__).parent
HOOKS = HERE.parent / "admin" / "probe_site.py"
ACTIVE = ("Bookmarks_Plugin", "HookRaises", "Activity_Plugin")
#: What happens in probe_life.py, the oldest first: kind, type, whose id.
LIFE = [
    ("signed_in", "User", "root"),
    ("user_created", "User", "rita"),
    ("signed_in", "User", "rita"),
    ("created", "Document", "first"),
    ("version_added", "Document", "first"),
    ("updated", "Document", "first"),
    ("archived", "Document", "first"),
    ("restored", "Document", "first"),
    ("deleted", "Document", "first"),
    ("restored", "Document", "first"),
    ("created", "Document", "second"),
    ("version_added", "Document", "second"),
]
Seen = dict[str, Any]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site; HOOKS signs in to "acme", so the programs here have organisations of their own."""
    with made_site(tmp_path_factory.mktemp("activity")) as made:
        made.configure(ACTIVE)
        made.migrate_and_create("acme", "busy", "zeta", "lean", operator="op")
        yield made


@pytest.fixture(scope="module")
def seen(site: Site) -> Seen:
    site.configure(ACTIVE)
    return dict(site.probe(HERE / "probe_life.py", PASSWORD))


def entries(page: Seen, ids: dict[str, str]) -> list[tuple[str, str, str]]:
    """The entries of a page as LIFE has them, the newest first."""
    names = {value: name for name, value in ids.items()}
    return [(each["kind"], each["entity_type"], names[each["entity_id"]]) for each in page["results"]]


def test_the_list_is_exactly_what_happened_the_newest_first(seen: Seen) -> None:
    assert entries(seen["everything"], seen["ids"]) == LIFE[::-1]
    assert seen["everything"]["total"] == len(LIFE)


def test_an_entry_has_a_growing_id_a_moment_and_a_detail(seen: Seen) -> None:
    results = seen["everything"]["results"]
    assert all(
        each.keys() == {"id", "kind", "entity_type", "entity_id", "detail", "created_at"} for each in results
    )
    for key in ("id", "created_at"):
        values = [each[key] for each in results]
        assert values == sorted(values, reverse=True)
    assert [each["detail"] for each in results if each["kind"] == "version_added"] == [{"number": 1}] * 2
    assert all(each["detail"] == {} for each in results if each["kind"] != "version_added")


def test_the_list_is_shown_in_pages(seen: Seen) -> None:
    pages = [entries(page, seen["ids"]) for page in seen["pages"]]
    assert pages == [LIFE[:-3:-1], LIFE[-3:-5:-1], []]
    assert [page["total"] for page in seen["pages"]] == [len(LIFE)] * 3


def test_the_list_may_be_asked_for_one_kind_and_for_one_entity(seen: Seen) -> None:
    ids = seen["ids"]
    assert entries(seen["of_a_kind"], ids) == [("archived", "Document", "first")]
    assert entries(seen["of_an_entity"], ids) == LIFE[:-3:-1]
    assert entries(seen["of_rita"], ids) == [("signed_in", "User", "rita"), ("user_created", "User", "rita")]
    assert seen["of_both"] == {"results": [], "total": 0}


def test_a_reader_sees_what_happened_to_documents_and_nothing_of_members(seen: Seen) -> None:
    everything, *of_members = seen["reader"].values()
    shown = entries(everything, seen["ids"])
    assert shown[-9:] == LIFE[:2:-1]
    assert everything["total"] == len(shown)
    assert {entity_type for _, entity_type, _ in shown} == {"Document"}
    assert of_members == [{"results": [], "total": 0}] * 2


def test_another_organisation_sees_its_own_sign_in_and_nothing_else(seen: Seen) -> None:
    (entry,) = seen["elsewhere"]["results"]
    assert (entry["kind"], seen["elsewhere"]["total"]) == ("signed_in", 1)
    assert entry["entity_id"] not in seen["ids"].values()


def test_a_query_that_does_not_fit_is_refused_naming_the_parameter(seen: Seen) -> None:
    refused = {query: answer for query, answer in seen["refused"].items() if query != "nobody"}
    assert len(refused) == 4
    for query, (status, body) in refused.items():
        assert status == 400
        assert f"{query.partition('=')[0]}: " in body["msg"]


def test_who_is_not_signed_in_sees_nothing(seen: Seen) -> None:
    assert seen["refused"]["nobody"][0] == 401


def test_health_warns_while_events_cannot_be_written_and_none_is_lost(seen: Seen) -> None:
    assert seen["trouble"] == ["ok", 200, "warning", "ok"]
    last_two = entries(seen["after_trouble"], seen["ids"])
    assert last_two == [("restored", "Document", "second"), ("archived", "Document", "second")]


@pytest.mark.parametrize("active", [ACTIVE, ACTIVE[::-1]], ids=["as shipped", "reversed"])
def test_the_plugins_are_called_in_the_order_of_active_plugins(site: Site, active: tuple[str, ...]) -> None:
    site.configure(active)
    path = "/vault/site/hooks?limit=200"
    hooks = site.probe(HOOKS, PASSWORD, path)[path][1]["results"]
    called = next(each["implementations"] for each in hooks if each["name"] == "on_entity_archived")
    assert tuple(each["plugin"] for each in called) == active


def test_as_many_entries_are_kept_as_the_block_says_and_they_are_pruned_now_and_then(site: Site) -> None:
    site.configure(ACTIVE, Activity={"keep_entries": 50, "record_sign_ins": False})
    found = site.probe(HERE / "probe_pruning.py", "lean", "120")
    assert found["counts"][:49] == list(range(1, 50))
    assert all(46 <= count <= 50 for count in found["counts"][49:])
    assert 10 <= found["deleting"] <= 24
    assert found["left"] == [str(number) for number in range(119, 119 - len(found["left"]), -1)]


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"keep_entries": 0}, "Activity.keep_entries"),
        ({"record_sign_ins": "no"}, "Activity.record_sign_ins"),
        ({"keep_entrys": 9}, "did you mean keep_entries"),
    ],
)
def test_a_block_that_does_not_fit_keeps_the_plugin_from_loading(site: Site, block: Seen, told: str) -> None:
    site.configure(ACTIVE, Activity=block)
    shown = site.plugins()
    assert (shown["Activity_Plugin"]["state"], shown["Activity_Plugin"]["stage"]) == ("failed", "settings")
    assert told in shown["Activity_Plugin"]["reason"]
    assert shown["Bookmarks_Plugin"]["state"] == "on"


def test_it_is_shipped_and_off(site: Site) -> None:
    shipped = json.loads((REPOSITORY / "VaultSettings.json").read_text())["Base"]["active_plugins"]
    site.configure(shipped, dirs=(ZOO,))
    assert site.plugins()["Activity_Plugin"]["state"] == "off"
    path = "/vault/activity"
    assert site.probe(HOOKS, PASSWORD, path)[path][0] == 404
