"""Steps and tasks say how far they are, and stop there if somebody has cancelled them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from celery import shared_task
from celery.app import trace
from django.db import connection
from django.test.utils import CaptureQueriesContext

from NimbusVault.celery import app
from Orchestrators.ContextManager import context_manager, db_step, external_step
from Orchestrators.Errors import RunCancelled, RunStateError
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from tests.integration.runs import steps
from tests.integration.runs.outside import Ledger
from VaultPlatform.runs import handling, progress
from VaultPlatform.runs.planes import current_plane
from VaultPlatform.runs.service import run_service

pytestmark = pytest.mark.usefixtures("ledger_org")
during: list[Callable[[Any], None]] = []


@external_step
@context_manager()
def meanwhile(run: Any) -> None:
    """Do what the test has put in."""
    for act in during:
        act(run)


@db_step
@context_manager()
def meanwhile_in_database(run: Any) -> None:
    """The same, in a transaction."""
    for act in during:
        act(run)


@shared_task(name="test.meanwhile", bind=True)
def task_meanwhile(task: Any) -> str:
    """The same, in the background."""
    for act in during:
        act(task)
    return "done"


@pytest.fixture(autouse=True)
def _nothing_during() -> Any:
    yield
    during.clear()


def of(run: Any) -> Any:
    return run_service.get(id=run.id).progress


def executed(*functions: Any) -> Any:
    run = OrchestratorRegistry.get("main")
    for function in functions:
        run.add_step(function, None)
    run.execute()
    return run


def cancel(run: Any) -> None:
    handling.cancel(current_plane(), run.id)


def test_whoever_looks_sees_how_far_the_step_is(client_for: Any, org: Any) -> None:
    admin, seen = client_for(org), list[Any]()
    during.append(lambda run: run.report_progress(3, 10, note="pages"))
    during.append(lambda run: seen.append(admin.get(f"/vault/runs/{run.id}").json()["progress"]))
    executed(meanwhile)
    (shown,) = seen
    assert shown.pop("step").endswith("meanwhile")
    assert shown == {"done": 3, "total": 10, "note": "pages"}


def test_it_is_written_once_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([100.0, 100.5, 100.9, 101.1, 101.2])
    during.extend([lambda run, done=done: run.report_progress(done) for done in range(5)])  # type: ignore[misc]
    with monkeypatch.context() as patch, CaptureQueriesContext(connection) as queries:
        patch.setattr(progress, "monotonic", lambda: next(moments))
        run = executed(meanwhile)
    assert of(run)["done"] == 3
    assert sum('SET "progress"' in query["sql"] for query in queries) == 2


def test_a_step_in_a_transaction_says_nothing_that_nobody_could_see(ledger: Ledger) -> None:
    during.append(lambda run: run.report_progress(1, 2))
    run = OrchestratorRegistry.get("main")
    steps.stage(run, "E")
    run.add_step(meanwhile_in_database, None)
    run.execute()
    assert run_service.get(id=run.id).state == "completed"
    assert of(run) is None


def test_a_cancelled_run_stops_where_it_reports(ledger: Ledger) -> None:
    run = OrchestratorRegistry.get("main")
    steps.stage(run, "E")
    run.add_step(meanwhile, None)
    reached = list[str]()
    during.extend([cancel, lambda run: run.report_progress(1), lambda _: reached.append("further")])
    with pytest.raises(RunCancelled):
        run.execute()
    assert (reached, set(ledger.effects().values())) == ([], {0})
    assert run_service.get(id=run.id).state == "compensated"


def test_outside_of_a_step_there_is_nothing_to_report() -> None:
    with pytest.raises(RunStateError, match="belongs into a step"):
        OrchestratorRegistry.get("main").report_progress(1)


@pytest.fixture
def worked_off(org: Any) -> Any:
    """What a worker makes of the message for a task."""

    def make(task_id: str) -> Any:
        task_meanwhile.push_request(id=task_id, vault_org_key=org.key, called_directly=False)
        try:
            task_meanwhile()
        finally:
            task_meanwhile.pop_request()
        return run_service.get(id=UUID(task_id))

    trace.setup_worker_optimizations(app)
    yield make
    trace.reset_worker_optimizations(app)


def test_a_task_reports_too(worked_off: Any) -> None:
    during.append(lambda task: task.report_progress(2, 4, note="half"))
    row = worked_off(task_meanwhile.delay().id)
    assert (row.state, row.progress) == ("completed", {"done": 2, "total": 4, "note": "half"})


def test_a_cancelled_task_stops_where_it_reports(worked_off: Any) -> None:
    reached = list[str]()
    during.append(lambda task: handling.cancel(current_plane(), UUID(task.request.id)))
    during.extend([lambda task: task.report_progress(1), lambda _: reached.append("further")])
    row = worked_off(task_meanwhile.delay().id)
    assert (row.state, row.error, reached) == ("compensated", "cancelled", [])
    assert row.ended_at is not None


def test_called_directly_a_task_reports_to_nobody() -> None:
    during.append(lambda task: task.report_progress(1))
    assert task_meanwhile() == "done"
