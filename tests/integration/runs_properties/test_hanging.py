"""What takes long to be brought to an end keeps nobody else waiting: the sweep goes on, and begins nothing twice."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils.timezone import now

from Orchestrators.Journal import ToFunction, install_delivery
from tests.integration.runs_properties.children import Children, wait_until
from tests.integration.runs_properties.steps import held, may_go_on
from VaultPlatform import tenancy
from VaultPlatform.runs import recovery, sweep
from VaultPlatform.runs.planes import Plane
from VaultPlatform.runs.rows import mark_due
from VaultPlatform.runs.service import delivery_service, run_owner_service, run_service
from VaultPlatform.runs.sweep import LOOK, Sweeper
from VaultPlatform.runs.works import OF_ONE, PATIENCE, Works

#: Seconds, for what is done between on a machine that has other things to do.
LEEWAY = 2.5


@contextmanager
def sweeping() -> Iterator[None]:
    """A sweep in this process, as a worker has it; what hangs goes on at the end."""
    held.clear()
    may_go_on.clear()
    sweeper = Sweeper()
    sweeper.start()
    try:
        yield
    finally:
        may_go_on.set()
        sweeper.stop()


@pytest.fixture
def others(children: Children, make_org: Callable[..., Any]) -> Children:
    """Processes that work in another organisation."""
    return Children(children.path, org=make_org(), ledger=children.ledger, broken=children.broken)


def killed(children: Children, plan: str) -> str:
    """Kill a process in the middle of a run, when the first step of the plan has been called; the id of the run."""
    with children.start("execute", plan, moment=5, there="SIGKILL") as child:
        run_id = str(child.heard("run"))
        assert "ended" not in child.rest()
    return run_id


def states(run_ids: list[str]) -> list[str]:
    return [run_service.get(id=run_id).state for run_id in run_ids]


def require_taken_over(others: Children) -> None:
    """Another organisation's dead run is taken over meanwhile."""
    run_id = killed(others, "E E")
    with tenancy.use(others.org):
        took = wait_until(lambda: states([run_id]) == ["compensated"])
    assert took < LOOK + PATIENCE + LEEWAY


def test_a_run_that_hangs_keeps_no_other_organisation_waiting(children: Children, others: Children) -> None:
    hanging = killed(children, "H E")
    dead = run_service.get(id=hanging).owner
    with sweeping():
        wait_until(lambda: held)
        require_taken_over(others)
        wait_until(lambda: not run_owner_service.filter(id=dead).exists())
        assert (states([hanging]), len(held)) == (["compensating"], 1)
        may_go_on.set()
        wait_until(lambda: states([hanging]) == ["compensated"])
    assert set(children.ledger.effects().values()) == {0}


def test_more_than_are_at_work_at_a_time_are_kept_until_it_is_their_turn(
    children: Children, others: Children
) -> None:
    """A process is known for as long as a run is its own; what hangs is its who has taken it over."""
    hanging = [killed(children, "H E") for _ in range(OF_ONE + 2)]
    with sweeping():
        wait_until(lambda: len(held) == OF_ONE)
        require_taken_over(others)
        owning = set(run_service.filter(id__in=hanging).values_list("owner", flat=True))
        assert len(owning) == 1 + 2
        assert set(run_owner_service.filter(id__in=owning).values_list("id", flat=True)) == owning
        assert len(held) == OF_ONE
        may_go_on.set()
        wait_until(lambda: set(states(hanging)) == {"compensated"})
        wait_until(lambda: run_owner_service.filter(id__in=owning).count() == 1)
    assert len(set(held)) == len(held) == len(hanging)


def test_a_dead_process_that_cannot_be_looked_after_is_left_alone_for_a_while(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an organisation that is not migrated would be asked after twice a second."""
    run_id, looks, left_by = killed(children, "E E"), list[str](), recovery.left_by
    dead = run_service.get(id=run_id).owner

    def failing(plane: Plane, *, dead: UUID | None) -> Any:
        looks.append(plane.key)
        raise RuntimeError("no such table: run")

    with Works(patience=PATIENCE) as works:
        monkeypatch.setattr(recovery, "left_by", failing)
        for _ in range(3):
            sweep.sweep_neighbours(works)
        assert looks.count(children.org.key) == 1
        monkeypatch.setattr(recovery, "left_by", left_by)
        works.rests[dead] = 0
        sweep.sweep_neighbours(works)
        wait_until(lambda: states([run_id]) == ["compensated"])


def test_a_listener_that_hangs_keeps_no_other_organisation_waiting(
    org: Any, make_org: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told, other = list[str](), make_org()

    def tell(hook_name: str, _: Mapping[str, Any]) -> None:
        told.append(hook_name)
        if hook_name == "on_hanging":
            assert may_go_on.wait(60)

    monkeypatch.setattr(sweep, "ASK", LOOK)
    previous = install_delivery(ToFunction(tell))
    try:
        with sweeping():
            event_due(org, "on_hanging")
            wait_until(lambda: told)
            event_due(other, "on_other")
            assert wait_until(lambda: len(told) > 1) < LOOK + PATIENCE + LEEWAY
            with tenancy.use(other):
                wait_until(lambda: not delivery_service.filter().exists())
            assert delivery_service.filter().count() == 1
    finally:
        install_delivery(previous)
    assert told == ["on_hanging", "on_other"]
    wait_until(lambda: not delivery_service.filter().exists())


def event_due(organisation: Any, hook_name: str) -> None:
    """An event that is to be told now."""
    with tenancy.use(organisation):
        delivery_service.create(
            run_id=uuid4(),
            hook_name=hook_name,
            listener="function",
            kwargs={},
            entity="",
            attempts=1,
            next_attempt=now() - timedelta(seconds=1),
        )
    mark_due(organisation.key, now())
