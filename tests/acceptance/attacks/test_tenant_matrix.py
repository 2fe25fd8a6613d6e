"""Every route with every verb, asked by one organisation for what is another's, in every way that was thought of.

No answer may hold a byte of the other's; a route that is missing from the samples fails, and so does a guard that is
off. Both plugins that come with the vault are on.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.host.sites import Site, made_site

PROGRAM = Path(__file__).parent / "matrix" / "program.py"
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Organisations "north" and "south" for the matrix, and a pair for each guard that is switched off."""
    with made_site(tmp_path_factory.mktemp("matrix")) as made:
        made.configure(
            ("Bookmarks_Plugin", "Activity_Plugin"), errors="refuse", dirs=(), Auth={"max_failures": 10**6}
        )
        file = made.home / "VaultSettings.json"
        settings = json.loads(file.read_text())
        settings["Base"] |= {
            f"throttle_{asking}": None for asking in ("organisation", "principal", "anonymous")
        }
        file.write_text(json.dumps(settings))
        made.migrate_and_create(
            "north", "south", "gate-1", "gate-2", "trust-1", "trust-2", "binding-1", "binding-2"
        )
        yield made


@pytest.fixture(scope="module")
def found(site: Site) -> Any:
    return site.probe(PROGRAM, "north", "south", "nothing", seconds=600)


def test_every_route_is_in_the_matrix_and_nothing_else(found: Any) -> None:
    assert (found["missing"], found["gone"]) == ([], [])


def test_what_is_looked_for_is_seen_by_those_whose_it_is(found: Any) -> None:
    assert found["silent"] == []


def test_no_answer_holds_anything_of_the_other_organisation(found: Any) -> None:
    assert found["wrong"] == []
    assert found["asked"] > 2500


def test_nothing_of_the_other_organisation_is_changed(found: Any) -> None:
    assert found["changed"] == []


def test_the_matrix_notices_that_the_gate_does_not_ask_for_the_organisation(site: Site) -> None:
    wrong = site.probe(PROGRAM, "gate-1", "gate-2", "gate", seconds=600)["wrong"]
    assert {kind for kind, *_ in wrong} == {"token"}


@pytest.mark.parametrize("guard", ["trust", "binding"])
def test_the_matrix_notices_what_leaks(site: Site, guard: str) -> None:
    wrong = site.probe(PROGRAM, f"{guard}-1", f"{guard}-2", guard, seconds=600)["wrong"]
    assert any(leaked for *_, leaked in wrong)
