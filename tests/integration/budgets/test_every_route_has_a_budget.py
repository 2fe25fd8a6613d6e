"""The exact cost of every route, lists with one row and with a hundred; a route without a budget fails."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.acceptance.attacks.routes import OPEN
from tests.clients import AUDITED, Clients
from tests.integration.budgets.counting import all_statements
from tests.integration.budgets.routes import full_path, routes
from tests.integration.budgets.stage import MANY, Stage
from tests.integration.budgets.table import BUDGETS, IN_MEMORY, Budget
from tests.site import DATABASE
from VaultPlatform.audit.reading import PORTION
from VaultPlatform.identity.paths import is_site_path

LISTS = [route for route, budget in BUDGETS.items() if budget.grow not in {None, IN_MEMORY}]


@pytest.fixture
def stage(org: Any, clients: Clients) -> Iterator[Stage]:
    with ExitStack() as at_the_end:
        yield Stage(org, clients, at_the_end=at_the_end)


class Request:
    """A request of a route, whose path is filled in once, and which can be sent again."""

    def __init__(self, stage: Stage, route: str, verb: str = "") -> None:
        budget = BUDGETS[route]
        of, _, path = route.partition(" ")
        self.verb = verb or of

        def filled(name: str) -> str:
            given = budget.parameters.get(name)
            return given(stage) if given else stage.parameter(name)

        self.path = full_path(re.sub(r"<(\w+)>", lambda match: filled(match[1]), path))
        if budget.first:
            budget.first(stage, self.path)
        asking = stage.operator if is_site_path(self.path) else stage.admin
        self.client = budget.client(stage) if budget.client else asking
        self.body = budget.body(stage) if budget.body else None
        self.query = f"?limit={2 * MANY}{budget.query}" if budget.grow else ""

    def send(self, **headers: str) -> tuple[dict[str, int], Any]:
        """What it cost, and the answer."""
        options: dict[str, Any] = (
            {"format": "multipart"} if isinstance(self.body, dict) and "file" in self.body else {}
        )
        if isinstance(self.body, bytes):
            options = {"content_type": "application/x-tar"}
        if headers:
            options["headers"] = headers
        with all_statements() as counted:
            sent = getattr(self.client, self.verb.lower())
            response = sent(self.path + self.query, self.body, **options)
            if response.streaming:
                list(response.streaming_content)
            return counted(), response


def allowed(budget: Budget) -> dict[str, int]:
    by_database = {"default": budget.org, "control": budget.site}
    more = budget.read_in_portions.filter().count() // PORTION if budget.read_in_portions else 0
    return {
        name: (number if isinstance(number, int) else number[DATABASE])
        + (AUDITED[name] if budget.audited else 0)
        + (more if name == "control" else 0)
        for name, number in by_database.items()
    }


def who_asks(path: str) -> dict[str, int]:
    """What it costs to know whom a request is from, which is nothing where everybody may ask."""
    of_the_site = is_site_path(path)
    return {
        "default": int(path not in OPEN and not of_the_site),
        "control": int(path not in OPEN and of_the_site),
    }


def is_list(response: Any) -> bool:
    return not response.streaming and response.content.startswith(b'{"results":')


@pytest.mark.usefixtures("django_db_setup")
def test_every_route_has_a_budget_and_every_budget_a_route() -> None:
    assert routes() == sorted(BUDGETS)


@pytest.mark.parametrize("route", BUDGETS)
def test_a_route_costs_exactly_its_budget(stage: Stage, route: str) -> None:
    cost, response = Request(stage, route).send()
    assert response.status_code == BUDGETS[route].status, response.content
    assert cost == allowed(BUDGETS[route])
    assert is_list(response) == bool(BUDGETS[route].grow)


@pytest.mark.parametrize("route", LISTS)
def test_a_list_costs_the_same_with_one_row_and_with_a_hundred(stage: Stage, route: str) -> None:
    request, grow = Request(stage, route), BUDGETS[route].grow
    cost, response = request.send()
    few = response.json()["results"]
    grow(stage, request.path)
    cost_of_many, response = request.send()
    assert len(response.json()["results"]) == len(few) + MANY
    assert len(few) >= 1
    assert cost == cost_of_many == allowed(BUDGETS[route])


@pytest.mark.parametrize("route", [route for route in BUDGETS if route.startswith("GET")])
def test_head_costs_what_get_costs(stage: Stage, route: str) -> None:
    assert Request(stage, route, verb="HEAD").send()[0] == allowed(BUDGETS[route])


@pytest.mark.parametrize("route", BUDGETS)
def test_options_cost_no_more_than_who_asks(stage: Stage, route: str) -> None:
    asked = Request(stage, route, verb="OPTIONS")
    assert asked.send()[0] == who_asks(asked.path)
