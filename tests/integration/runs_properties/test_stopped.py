"""A process is stopped in the middle of a run, another one takes the run over, and then the first one goes on.

Stopped by SIGSTOP, as a frozen virtual machine is: all of its threads, its lease's too, and it notices nothing of it.
On the same machine its lock is still held, so nobody takes it for dead. Elsewhere its lease is what counts.
"""

import signal
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now

from tests.integration.runs.steps import rows
from tests.integration.runs_properties.children import Child, Children, wait_until
from tests.integration.runs_properties.steps import event_of, key_of
from tests.site import DATABASE
from VaultPlatform.runs import owners
from VaultPlatform.runs.service import delivery_service, run_owner_service, run_service

pytestmark = pytest.mark.timeout(240)
#: Seconds.
LEASE = 0.2
ELSEWHERE = "elsewhere"
#: More moments than any plan here has.
MOST = 40
#: How the call of a process ends that has lost its run: between its writes, or at one.
LOST = ("OwnershipLost", "Overtaken")


def lease_is_over(pid: int) -> bool:
    return bool(run_owner_service.filter(pid=pid, lease_until__lt=now()).exists())


def seen_of(children: Children, run_id: str, plan: str) -> dict[str, Any]:
    """What there is of a run, inside and outside."""
    row, effects = run_service.get(id=run_id), children.ledger.effects()
    numbers = range(1, len(plan.removeprefix("+").split()) + 1)
    return {
        "state": row.state if row else None,
        "epoch": row.epoch if row else 0,
        "rows": [number for number in numbers if key_of(run_id, number) in rows()],
        "effects": [effects.get(key_of(run_id, number), 0) for number in numbers],
        "told": bool(effects.get(event_of(run_id, 0))),
    }


def stopped_at(children: Children, plan: str, number: int) -> tuple[Child, str, dict[str, Any]]:
    """A process that is stopped at a moment of a run and whose lease is over; the run, and what it has told."""
    child = children.start("execute", plan, moment=number, there="SIGSTOP", lease=LEASE, stays=True)
    run_id, told = child.heard("run"), child.hear()
    assert told is not None
    if "moment" in told:
        child.wait_until_stopped()
        wait_until(lambda: lease_is_over(child.pid) or not run_owner_service.filter(pid=child.pid).exists())
    return child, run_id, told


def is_reachable(told: dict[str, Any]) -> bool:
    """Whether another process could write meanwhile: SQLite has one writer, who would be on the same machine."""
    return DATABASE == "postgresql" or not told["in_transaction"]


def whole(plan: str, state: str) -> dict[str, Any]:
    """What there is to be seen of a run that ended so."""
    words, done = plan.removeprefix("+").split(), state == "completed"
    return {
        "rows": [number for number, word in enumerate(words, start=1) if done and word in "DU"],
        "effects": [int(done and word == "E") for word in words],
        "told": done,
    }


def somebody_waits() -> bool:
    """Whether a process waits for a row that another one has locked."""
    if DATABASE != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '1 second'"
        )
        return bool(cursor.fetchone()[0])


def sweep_elsewhere(children: Children, child: Child) -> bool:
    """Have another machine look after what it has left; whether it could before the stopped one went on.

    Where that has a row locked which is needed, the other one waits for it.
    """
    with children.start("sweep", host=ELSEWHERE) as sweeping:
        wait_until(lambda: not sweeping.is_there() or somebody_waits())
        could = not sweeping.is_there()
        if not could:
            child.kill(signal.SIGCONT)
        assert "ended" in sweeping.rest()
    return could


@pytest.mark.parametrize("plan", ["E E D", "+E U E"])
def test_who_was_taken_for_dead_and_goes_on_does_no_harm(children: Children, plan: str) -> None:
    outcomes: Counter[tuple[str | None, str]] = Counter()
    for number in range(1, MOST):
        child, run_id, told = stopped_at(children, plan, number)
        with child:
            if "moment" not in told:
                assert told == {"ended": "completed"}
                break
            if not is_reachable(told):
                continue
            could = sweep_elsewhere(children, child)
            assert could or (plan.startswith("+") and told["in_transaction"])
            left = seen_of(children, run_id, plan)
            child.kill(signal.SIGCONT)
            ended = child.heard("ended")
            seen = seen_of(children, run_id, plan)
            outcomes[left["state"], ended] += 1
            if left["state"] is None:  # nothing was written down yet, so there was nothing to take over
                assert (ended, seen["state"]) == ("completed", "completed"), (number, told)
            else:
                assert seen == left, (number, told)
            assert seen == {**seen, **whole(plan, seen["state"])}, (number, told)
            child.send(do="execute", plan="E", moment=0)
            assert child.heard("run")
            assert child.heard("ended") == "completed"  # it has survived
    else:
        pytest.fail("the plan has more moments than are looked at")
    lost = {(state, ended) for state, ended in outcomes if ended in LOST}
    assert lost == {(("completed" if plan.startswith("+") else "compensated"), ended) for ended in LOST}
    assert {state for state, ended in outcomes if ended not in LOST} == {None, "completed"}
    assert sum(outcomes[each] for each in lost) >= 6
    # Nobody waits for the server to have taken them out.
    wait_until(lambda: not delivery_service.filter().exists())


def test_on_its_own_machine_a_stopped_process_is_not_taken_for_dead(children: Children) -> None:
    child, run_id, _ = stopped_at(children, "E E", 5)
    with child:
        before = seen_of(children, run_id, "E E")
        assert before["state"] == "running"
        assert "ended" in children.have("sweep")
        assert seen_of(children, run_id, "E E") == before
        child.kill(signal.SIGCONT)
        assert child.heard("ended") == "completed"
        seen = seen_of(children, run_id, "E E")
        assert seen == {**seen, **whole("E E", "completed"), "state": "completed"}


def test_who_was_taken_for_dead_is_known_again_before_it_begins_anything(children: Children) -> None:
    """It has not noticed yet when it begins a run, and dies over it: that is found all the same."""
    with children.start("execute", "E", lease=LEASE, renewal=600, stays=True) as child:
        assert child.heard("run")
        assert child.heard("ended") == "completed"
        child.kill(signal.SIGSTOP)
        wait_until(lambda: lease_is_over(child.pid))
        children.have("sweep", host=ELSEWHERE)
        assert not run_owner_service.filter(pid=child.pid).exists()
        child.kill(signal.SIGCONT)
        child.send(do="execute", plan="E E", moment=5, there="SIGKILL")
        run_id = child.heard("run")
        assert "ended" not in child.rest()
    children.have("sweep")
    seen = seen_of(children, run_id, "E E")
    assert seen == {**seen, **whole("E E", "compensated"), "state": "compensated"}


def test_a_lease_is_not_renewed_while_somebody_looks_after_what_its_process_has_left(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a run that it begins behind the back of the one who looks would be nobody's."""
    with children.start("execute", "E", lease=LEASE, stays=True) as child:
        assert child.heard("run")
        assert child.heard("ended") == "completed"
        child.kill(signal.SIGSTOP)
        wait_until(lambda: lease_is_over(child.pid))
        [owner] = run_owner_service.filter(pid=child.pid, lease_until__lt=now())
        monkeypatch.setattr(owners, "this_host", lambda: ELSEWHERE)
        assert owners.take_for_dead(owner)
        child.kill(signal.SIGCONT)
        child.send(do="execute", plan="E E", moment=5, there="SIGKILL")
        run_id = child.heard("run")
        assert "ended" not in child.rest()
    assert run_service.get(id=run_id).owner != owner.id
