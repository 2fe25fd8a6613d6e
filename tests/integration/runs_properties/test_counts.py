"""What runs, the sweep and a worker that has nothing to do cost in statements and commits."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils.timezone import now

from Orchestrators.Journal import ToFunction, install_delivery
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from tests.integration.runs.outside import Ledger
from tests.integration.runs_properties.children import wait_until
from tests.integration.runs_properties.steps import stage, tell
from tests.integration.runs_properties.traffic import Traffic, traffic
from tests.site import DATABASE
from VaultPlatform import tenancy
from VaultPlatform.runs import owners
from VaultPlatform.runs.planes import current_plane
from VaultPlatform.runs.service import (
    due_organisation_service,
    run_owner_service,
    run_service,
)
from VaultPlatform.runs.sweep import ASK, LOOK, Sweeper, sweep_once
from VaultPlatform.tenancy.service import organisation_service

MANY = 1000
#: Rows of organisations that have no storage.
ROW = "row-of-many"


@pytest.fixture
def many(django_db_setup: None) -> Iterator[None]:
    """As many organisations as a large site has, by their rows, which is all that the sweep may look at."""
    slugs = [f"{ROW}-{number}" for number in range(MANY)]
    organisation_service.bulk_create({"slug": slug, "key": slug, "name": slug} for slug in slugs)
    yield
    organisation_service.bulk_delete({"slug__in": slugs})


@pytest.fixture
def nothing_left(django_db_setup: None) -> None:
    """Nothing that other tests have left comes due, and no lease of theirs runs out, in the middle of this one."""
    due_organisation_service.bulk_delete({"due_at__isnull": False})
    mine = owners.known_owner()
    others = run_owner_service.filter().exclude(id=mine.id if mine else None)
    run_owner_service.bulk_delete(list(others.values_list("id", flat=True)))
    sweep_once()  # which removes the files of their locks


def waiting(plan: str) -> Any:
    """A run in the current organisation whose time has come."""
    run = OrchestratorRegistry.get("main")
    stage(run, plan)
    run.enqueue()
    run_service.filter(id=run.id).update(next_attempt=now() - timedelta(seconds=1))
    due_organisation_service.filter(organisation=current_plane().key).update(due_at=now())
    return run


def shown(seen: Traffic) -> str:
    """To be read when a count is another than it should be."""
    return "\n".join(f"{alias} {number}: {text[:200]}" for alias, number, text in seen.messages())


def test_a_sweep_asks_only_where_something_is_due(
    many: None, nothing_left: None, make_org: Callable[..., Any], ledger: Ledger, tmp_path: Path
) -> None:
    """On the site's database three, and one for each that is due; inside each one, as long as nothing is to be done."""
    due = [make_org() for _ in range(3)]
    for organisation in due:
        with tenancy.use(organisation):
            run_service.bulk_delete({"id": waiting("E").id})
    with traffic(tmp_path) as seen:
        visited = sweep_once()
        counted, text = seen.counted(), shown(seen)
    assert visited == 3
    assert counted == {"control": 3 + 3, "default": 3}, text
    assert sum(counted.values()) <= 10
    with traffic(tmp_path) as seen:
        assert sweep_once() == 0
        assert seen.counted() == {"control": 2}, shown(seen)


def test_what_is_done_there_costs_five_more(
    many: None, nothing_left: None, org: Any, ledger: Ledger, tmp_path: Path
) -> None:
    """Which runs, which events, the run, its next time, and what is ahead then."""
    waiting("E")
    with traffic(tmp_path) as seen:
        assert sweep_once() == 1
        assert seen.counted() == {"control": 3 + 1, "default": 1 + 5}, shown(seen)


def questions(seen: Traffic) -> int:
    """How often it was asked whose lease is over, with which each look at the database ends."""
    return sum("run_owner" in text and "SELECT" in text for *_, text in seen.messages())


def test_a_worker_with_nothing_to_do_asks_less_than_once_a_second(
    many: None, nothing_left: None, org: Any, tmp_path: Path
) -> None:
    """However slow the machine is: what is counted is asked in the time that has passed."""
    owners.ensure_known(org.key)
    sweeper = Sweeper()
    with traffic(tmp_path) as seen:
        began = time.monotonic()
        sweeper.start()
        wait_until(lambda: questions(seen))
        time.sleep(2 * LOOK)
        sweeper.stop()
        took = time.monotonic() - began
        asked, counted, text = questions(seen), seen.counted(), shown(seen)
    assert 1 <= asked <= took / ASK, text
    assert counted == {"control": 2 * asked}, text
    assert 2 / ASK + 1 / owners.RENEWAL <= 1  # with the lease that each process renews


#: By plan: commits, and messages to a PostgreSQL server, of a process that is known already.
RUNS = {
    "D": (1, 2),
    "D D D": (1, 4),
    "E": (2, 2),
    "E E": (3, 3),
    "E E E": (4, 4),
    "D E D": (2, 4),
    "U": (2, 3),
    "U U": (3, 5),
    "D E D U": (3, 6),
    "U D": (3, 5),
}
#: What one event or more cost: to be taken out when they are delivered, which is not waited for.
TAKEN_OUT = 1


@pytest.mark.parametrize("plan", RUNS)
@pytest.mark.parametrize("listening", [False, True], ids=["nobody-listens", "somebody-listens"])
def test_a_run_costs_a_commit_and_one_for_each_step_that_is_in_none(
    ledger_org: Any, ledger: Ledger, tmp_path: Path, plan: str, *, listening: bool
) -> None:
    """A database step behind one that is not marked needs another: that one has been committed with its own note."""
    owners.ensure_known(ledger_org.key)
    run = OrchestratorRegistry.get("main")
    stage(run, plan)
    previous = install_delivery(ToFunction(tell)) if listening else None
    try:
        with traffic(tmp_path) as seen:
            run.execute()
            commits, text = seen.commits(), shown(seen)
    finally:
        if previous:
            install_delivery(previous)
    written, sent = RUNS[plan]
    if DATABASE == "postgresql":
        assert commits == {"default": written}, text
        assert len(seen.messages()) == sent + TAKEN_OUT * listening, text
    else:  # where the anchor of the audit trail is in a file of its own
        assert commits == {"default": written + TAKEN_OUT * listening, "control": 1}, text
