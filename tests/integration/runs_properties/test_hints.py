"""Messages about what waits for a worker, which are sent again where one was lost, and no oftener."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from tests.integration.runs.outside import Ledger
from tests.integration.runs_properties.steps import stage
from VaultPlatform.runs import hints, sweep
from VaultPlatform.runs.journal import HINT
from VaultPlatform.runs.planes import current_plane
from VaultPlatform.runs.service import due_organisation_service, run_service
from VaultPlatform.runs.works import Works


def enqueued(number: int) -> list[Any]:
    """Ids of so many runs that wait for a worker, and whose messages seem to be lost."""
    runs = [OrchestratorRegistry.get("main") for _ in range(number)]
    for run in runs:
        stage(run, "E")
        run.enqueue()
    past = now() - timedelta(seconds=1)
    run_service.filter(id__in=[run.id for run in runs]).update(next_attempt=past)
    due_organisation_service.filter(organisation=current_plane().key).update(due_at=past)
    return sorted(run.id for run in runs)


def test_no_more_is_hinted_at_while_nobody_takes_up_what_was(
    org: Any, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message of a backlog is there still, behind others; a run that nobody owns is looked after all the same."""
    monkeypatch.setattr(sweep, "HINTS", 2)
    first, second, third, last = enqueued(4)
    begun = enqueued(1)[0]
    run_service.filter(id=begun).update(state="running")

    def hinted_at() -> set[Any]:
        due_organisation_service.filter(organisation=org.key).update(due_at=now())
        sweep.sweep_due(works)
        return set(run_service.filter(state="pending", next_attempt__gt=now()).values_list("id", flat=True))

    with Works(patience=None) as works:
        assert hinted_at() == {first, second}
        assert run_service.get(id=begun).state == "completed"
        assert hinted_at() == {first, second}
        run_service.filter(id=first).update(state="running", next_attempt=None)
        assert hinted_at() == {second, third}
        run_service.filter(id=second).update(next_attempt=now())  # that message was lost, too
        assert hinted_at() == {second, third}
        assert run_service.get(id=last).next_attempt < now()


def test_hints_that_the_broker_did_not_take_keep_no_others_waiting_and_are_given_soon(
    org: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = enqueued(2)
    run_service.filter().update(created_at=now() - timedelta(minutes=5))
    monkeypatch.setattr(sweep, "HINTS", 1)
    monkeypatch.setattr(hints, "SENDER", f"{__name__}.refuse")
    with Works(patience=None) as works:
        for expected in ({first}, {first, second}):
            due_organisation_service.filter(organisation=org.key).update(due_at=now())
            sweep.sweep_due(works)
            tried = run_service.filter(next_attempt__gt=now()).values_list("id", flat=True)
            assert set(tried) == expected
    assert not run_service.filter(next_attempt__gt=now() + HINT).exists()


def refuse(run_id: Any, queue: str, task: str) -> None:
    """As a broker that is away."""
    raise ConnectionRefusedError


def test_sweeps_that_find_the_same_run_at_the_same_time_hint_at_it_once(org: Any) -> None:
    run = OrchestratorRegistry.get("main")
    stage(run, "E")
    run.enqueue()
    row = run_service.get(id=run.id)
    assert [sweep._hinted_again(current_plane(), row, task="") for _ in range(2)] == [True, False]
