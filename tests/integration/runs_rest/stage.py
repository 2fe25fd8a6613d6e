"""Runs and events that requests are counted with: rows as the journal has them, and many of them."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from django.utils.timezone import now

from Orchestrators.Identifiers import time_ordered_id
from tests.integration.budgets.stage import MANY, Stage
from VaultPlatform.runs import owners
from VaultPlatform.runs.outbox import MAX_ATTEMPTS
from VaultPlatform.runs.service import (
    delivery_service,
    due_organisation_service,
    owned_organisation_service,
    run_service,
    site_run_service,
)

#: Name of the site's runs that are made to be listed.
GROWN = "grown"
_ACTOR = {"kind": "system", "id": "", "name": ""}
#: What recovery needs, of a run of no steps.
_PLAN = {"steps": [], "values": {}, "events": [], "notes": [], "withholds_result": False}


def _row(state: str = "stuck") -> dict[str, Any]:
    fields = {"name": GROWN, "state": state, "steps": [], "actor": _ACTOR, "plan": _PLAN}
    return {"id": time_ordered_id(), **fields}


def _event(*, given_up: bool = False) -> dict[str, Any]:
    fields = {"run_id": uuid4(), "hook_name": "on_x", "listener": "A", "kwargs": {}}
    if given_up:
        return {**fields, "attempts": MAX_ATTEMPTS, "next_attempt": None}
    return {**fields, "next_attempt": now()}


def a_run(stage: Stage, path: str) -> None:
    """Of the organisation."""
    run_service.create(**_row())


def many_runs(stage: Stage, path: str) -> None:
    """All of the organisation."""
    run_service.bulk_create([_row() for _ in range(MANY)])


def a_site_run(stage: Stage, path: str) -> None:
    """Of the site, until the test is over."""
    _of_site(stage, number=1)


def many_site_runs(stage: Stage, path: str) -> None:
    """Of the site, until the test is over."""
    _of_site(stage, number=MANY)


def _of_site(stage: Stage, *, number: int, state: str = "stuck") -> str:
    rows = site_run_service.bulk_create([_row(state) for _ in range(number)])
    stage.at_the_end.callback(site_run_service.bulk_delete, [row.pk for row in rows])
    return str(rows[0].pk)


def an_event(stage: Stage, path: str) -> None:
    """That waits."""
    delivery_service.create(**_event())


def many_events(stage: Stage, path: str) -> None:
    """All of them wait."""
    delivery_service.bulk_create([_event() for _ in range(MANY)])


def a_lost_event(stage: Stage) -> str:
    """The id of one that was given up."""
    return str(delivery_service.create(**_event(given_up=True)).pk)


def settlement(stage: Stage) -> dict[str, str]:
    """The body that settles a run."""
    return {"outcome": "completed", "note": "it had happened"}


def _made(state: str) -> Mapping[str, Callable[[Stage], str]]:
    return {"run_id": lambda _: str(run_service.create(**_row(state)).pk)}


def _made_of_site(state: str) -> Mapping[str, Callable[[Stage], str]]:
    return {"run_id": lambda stage: _of_site(stage, number=1, state=state)}


def owned(stage: Stage, path: str) -> None:
    """This process is known to execute runs in the organisation, and on the site."""
    for key in (stage.org.key, ""):
        owners.ensure_known(key)


def alone_at_work(stage: Stage, path: str) -> None:
    """The organisation is the only one in which anything is due or a process may have runs."""
    owned_organisation_service.bulk_delete({"id__gt": 0})
    due_organisation_service.bulk_delete({"organisation__gte": ""})
    owners.this_owner().organisations.clear()
    owners.ensure_known(stage.org.key)


def entered(org: int, *, site: int = 0) -> dict[str, Any]:
    """What a request costs that leaves an entry in the organisation's audit trail, and has no row in the journal."""
    return {
        "org": {"sqlite": org + 3, "postgresql": org + 1},
        "site": {"sqlite": site + 1, "postgresql": site},
    }


STUCK, RUNNING = _made("stuck"), _made("running")
SITE_STUCK, SITE_RUNNING = _made_of_site("stuck"), _made_of_site("running")
