"""`Idempotency-Key` on every write of core and plugins: done once and answered alike, or refused, or passed over."""

from typing import Any

import pytest

from tests.integration.budgets.stage import Stage
from tests.integration.budgets.table import BUDGETS
from tests.integration.budgets.test_every_route_has_a_budget import Request, stage
from VaultPlatform.runs.middleware import HEADER, REPLAYED

__all__ = ["stage"]
KEY = {HEADER.replace("-", "_"): "5d0a5a3c-0001"}
WRITES = sorted(route for route in BUDGETS if not route.startswith("GET"))
#: Tokens are given out, and taken back: the header is passed over.
SIGNING_IN = {
    route for route in WRITES if route.split()[1].startswith(("auth/", "site/token", "site/logout"))
}
#: Its answer holds a secret, which is shown once.
SHOWN_ONCE = {"POST api-keys"}
#: What they do is no run.
NO_RUN = {route for route in WRITES if route.split()[1].startswith(("runs/", "site/runs/"))}


def sent_twice(stage: Stage, route: str) -> tuple[Request, list[Any]]:
    request, answers = Request(stage, route), []
    for _ in range(2):
        if isinstance(request.body, dict) and "file" in request.body:
            request.body["file"].seek(0)
        answers.append(request.send(**KEY)[1])
    return request, answers


@pytest.mark.parametrize("route", sorted(set(WRITES) - SIGNING_IN - NO_RUN - SHOWN_ONCE))
def test_what_is_sent_twice_happens_once_and_is_answered_alike(stage: Stage, route: str) -> None:
    _, (first, second) = sent_twice(stage, route)
    assert first.status_code == BUDGETS[route].status, first.content
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert (first.get(REPLAYED), second.get(REPLAYED)) == (None, "true")


@pytest.mark.parametrize("route", sorted(NO_RUN))
def test_what_is_no_run_refuses_the_header_and_does_nothing(stage: Stage, route: str) -> None:
    request, (first, second) = sent_twice(stage, route)
    assert (first.status_code, second.status_code) == (400, 400)
    assert HEADER in first.json()["msg"]
    assert request.send()[1].status_code == BUDGETS[route].status


@pytest.mark.parametrize("route", sorted(SHOWN_ONCE))
def test_what_answers_with_a_secret_says_it_once(stage: Stage, route: str) -> None:
    _, (first, second) = sent_twice(stage, route)
    assert (first.status_code, second.status_code) == (201, 409)


@pytest.mark.parametrize("route", sorted(SIGNING_IN))
def test_signing_in_passes_it_over(stage: Stage, route: str) -> None:
    request = Request(stage, route)
    answer = request.send(**KEY)[1]
    assert answer.status_code == BUDGETS[route].status, answer.content
    assert REPLAYED not in answer
