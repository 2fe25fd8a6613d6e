"""With every shipped plugin on: what activity costs, and that no route or workflow is without a test of its cost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients import AUDITED, delivered
from tests.integration.budgets.table import BUDGETS
from tests.integration.host.sites import Site, made_site
from tests.integration.workflows.table import WORKFLOWS

HERE = Path(__file__).parent
#: Of plugins that are shipped switched off; what each costs is tested here.
SWITCHED_OFF = ["GET activity"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("costs")) as made:
        made.configure((), dirs=())
        made.configure(tuple(made.plugins()), dirs=())
        made.migrate_and_create("busy")
        yield made


@pytest.fixture(scope="module")
def seen(site: Site) -> dict[str, Any]:
    return dict(site.probe(HERE / "probe_costs.py", "busy"))


def test_every_shipped_plugin_is_on(site: Site) -> None:
    states = {name: plugin["state"] for name, plugin in site.plugins().items()}
    assert states.keys() >= {"Activity_Plugin", "Bookmarks_Plugin"}
    assert set(states.values()) == {"on"}


def test_every_route_has_a_budget_also_those_of_plugins_that_are_shipped_off(seen: dict[str, Any]) -> None:
    assert seen["routes"] == sorted([*BUDGETS, *SWITCHED_OFF])


def test_every_workflow_is_failed_at_each_step_also_those_of_plugins_that_are_shipped_off(
    seen: dict[str, Any],
) -> None:
    assert seen["workflows"] == sorted(WORKFLOWS)


def test_the_list_costs_three_for_few_entries_and_for_a_hundred_more_whoever_asks_for_what(
    seen: dict[str, Any],
) -> None:
    assert seen["few"]["shown"] >= 1
    assert seen["many"]["shown"] == seen["few"]["shown"] + 100
    assert seen["few"]["costs"] == seen["many"]["costs"] == [[3, 0]] * 6


def test_an_entry_costs_the_event_one_statement_and_a_read_none(seen: dict[str, Any]) -> None:
    assert seen["events"] == {
        "sign-in": [3 + 1 + AUDITED["default"] + delivered(1), 2 + AUDITED["control"]],
        # the document, and its first version; and the intent of storing the bytes
        "upload": [3 + 2 + 1 + AUDITED["default"] + delivered(2), AUDITED["control"]],
        "archiving": [
            5 + 1 + AUDITED["default"] + delivered(2),
            AUDITED["control"],
        ],  # Bookmarks_Plugin is told, too
        "reading": [2, 0],
    }
