"""`GET /metrics`: what a monitoring system sees of runs, events and hooks."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils.timezone import now
from rest_framework.test import APIClient

from tests.clients import Client, statements
from tests.integration.runs_rest.steps import staged, stuck
from VaultPlatform import metrics, tenancy
from VaultPlatform.runs.due import have_visited
from VaultPlatform.runs.service import (
    delivery_service,
    due_organisation_service,
    owned_organisation_service,
    run_service,
)
from VaultPlatform.runs.sweep import sweep_once

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*)\})? (-?[0-9.]+(?:e-?[0-9]+)?)')


@pytest.fixture
def site(make_org: Any, operator_client: Any) -> SimpleNamespace:
    return SimpleNamespace(org=make_org(), operator=operator_client())


def scraped(operator: Client) -> dict[str, float]:
    """Each sample; every line of the answer is one, or says what the next ones are."""
    response = operator.get("/metrics")
    assert response.status_code == 200, response.content
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    found: dict[str, float] = {}
    text = response.content.decode()
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("#"):
            assert re.fullmatch(r"# HELP [a-z_]+ \S.*|# TYPE [a-z_]+ (gauge|counter)", line)
            continue
        match = SAMPLE.fullmatch(line)
        assert match is not None, line
        found[f"{match[1]}{{{match[2] or ''}}}"] = float(match[3])
    return found


def of(org: tenancy.Organisation, found: dict[str, float]) -> dict[str, float]:
    mark = f'org="{org.slug}"'
    return {name.replace(mark, "").replace("{,", "{"): found[name] for name in found if mark in name}


def test_runs_and_events_that_are_left_to_do(site: SimpleNamespace) -> None:
    with tenancy.use(site.org):
        stuck()
        waiting = [staged().enqueue() for _ in range(2)]
        run_service.filter(id=waiting[0]).update(created_at=now() - timedelta(hours=1))
        fields = {"run_id": uuid4(), "hook_name": "on_x", "listener": "A", "kwargs": {}}
        delivery_service.bulk_create(
            [{**fields, "next_attempt": None}, *[{**fields, "next_attempt": now()}] * 3]
        )
    found = of(site.org, scraped(site.operator))
    age = found.pop("vault_oldest_unfinished_run_seconds{}")
    assert 3600 <= age < 3700
    assert found == {
        'vault_runs{state="stuck"}': 1,
        'vault_runs{state="pending"}': 2,
        'vault_deliveries{state="waiting"}': 3,
        'vault_deliveries{state="given_up"}': 1,
    }


def test_an_organisation_without_anything_to_do_is_not_visited(site: SimpleNamespace) -> None:
    assert of(site.org, scraped(site.operator)) == {}
    have_visited(site.org.key, now())
    assert of(site.org, scraped(site.operator))["vault_oldest_unfinished_run_seconds{}"] == 0


def test_what_waits_for_a_person_is_seen_long_after_its_process_has_gone(site: SimpleNamespace) -> None:
    with tenancy.use(site.org):
        stuck()
    owned_organisation_service.bulk_delete({"organisation": site.org.key})
    sweep_once()
    assert of(site.org, scraped(site.operator))['vault_runs{state="stuck"}'] == 1
    due_organisation_service.filter(organisation=site.org.key).update(due_at=now())
    sweep_once()
    assert of(site.org, scraped(site.operator))['vault_runs{state="stuck"}'] == 1
    with tenancy.use(site.org):
        run_service.bulk_delete({"state": "stuck"})
    due_organisation_service.filter(organisation=site.org.key).update(due_at=now())
    sweep_once()
    assert of(site.org, scraped(site.operator)) == {}


def test_only_what_is_visited_costs_anything(site: SimpleNamespace, make_org: Any) -> None:
    def cost() -> int:
        with tenancy.use(site.org), statements() as counted:
            scraped(site.operator)
        return sum(counted().values())

    before = cost()
    other = make_org()
    assert cost() == before
    have_visited(other.key, now())
    assert cost() == before + 2


def test_a_scrape_is_bounded_and_says_so(
    site: SimpleNamespace, make_org: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_org()
    for number, org in enumerate((other, site.org)):
        have_visited(org.key, now() - timedelta(days=900 - number))
    before = scraped(site.operator)
    monkeypatch.setattr(metrics, "MOST", 1)
    after = scraped(site.operator)
    assert of(site.org, before) and of(other, before)
    assert of(other, after) and not of(site.org, after)
    assert after["vault_unscraped_organisations{}"] > before["vault_unscraped_organisations{}"]


def test_an_organisation_that_cannot_be_read_spoils_nothing(
    site: SimpleNamespace, make_org: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import DatabaseError

    from VaultPlatform.runs.reading import backlog_of

    broken = make_org()

    def failing(plane: Any) -> Any:
        if plane.key == broken.key:
            raise DatabaseError("away")
        return backlog_of(plane)

    for org in (site.org, broken):
        have_visited(org.key, now())
    whole = scraped(site.operator)
    monkeypatch.setattr(metrics, "backlog_of", failing)
    found = scraped(site.operator)
    assert of(site.org, found) and not of(broken, found)
    assert found["vault_unscraped_organisations{}"] == whole["vault_unscraped_organisations{}"] + 1


def test_what_is_gone_is_passed_over(site: SimpleNamespace) -> None:
    have_visited("gone", now())
    try:
        assert of(site.org, scraped(site.operator)) == {}
    finally:
        due_organisation_service.delete("gone")


def test_what_hooks_cost_in_this_process(site: SimpleNamespace) -> None:
    found = scraped(site.operator)
    tally = next(iter(settings.PLUGIN_HOST.hook_stats()))
    labels = f'{{plugin="{tally.plugin}",hook="{tally.hook}"}}'
    assert found[f"vault_hook_calls_total{labels}"] == tally.calls
    assert found[f"vault_hook_errors_total{labels}"] == tally.errors
    assert found[f"vault_hook_seconds_total{labels}"] == pytest.approx(tally.seconds)


def test_metrics_are_for_operators(site: SimpleNamespace, client_for: Any) -> None:
    assert APIClient().get("/metrics").status_code == 401
    refused = client_for(site.org).get("/metrics")
    assert (refused.status_code, set(refused.json())) == (401, {"msg", "code", "request_id"})
    signed_out = site.operator.post("/vault/site/logout")
    assert signed_out.status_code == 204
    assert site.operator.get("/metrics").status_code == 401


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_metrics_are_read_only(site: SimpleNamespace, verb: str) -> None:
    response = getattr(site.operator, verb)("/metrics")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


def test_labels_and_help_are_escaped() -> None:
    metric = metrics.Metric(
        name="a_total",
        help="one\ntwo \\",
        labels=("x",),
        kind="counter",
        samples={('q"\\\n',): 2, ("b",): 0.5},
    )
    assert metric.text() == (
        "# HELP a_total one\\ntwo \\\\\n# TYPE a_total counter\n"
        'a_total{x="q\\"\\\\\\n"} 2\na_total{x="b"} 0.5\n'
    )


def test_the_help_says_what_is_not_counted(site: SimpleNamespace) -> None:
    text = site.operator.get("/metrics").content.decode()
    for name in ("vault_runs", "vault_deliveries", "vault_oldest_unfinished_run_seconds"):
        told = next(line for line in text.splitlines() if line.startswith(f"# HELP {name} "))
        assert "at most 500" in told
    told = next(line for line in text.splitlines() if line.startswith("# HELP vault_hook_calls_total "))
    assert "on this host" in told
