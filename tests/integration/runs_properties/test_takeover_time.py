"""How long a run is without an owner whose process is killed while a worker's sweep is about.

The sweep runs as in a worker, in a process of its own. Medians are kept with the test's report.
"""

import signal
import statistics
import time
from collections.abc import Callable

import pytest

from tests.integration.runs_properties.children import Children, wait_until
from VaultPlatform.runs import owners
from VaultPlatform.runs.service import run_owner_service, run_service
from VaultPlatform.runs.sweep import LOOK

KILLS = 5
#: Seconds; the lease of processes that are looked at from elsewhere, and between two looks there. So long that it is
#: renewed in time on a busy machine, too.
LEASE = 2.0
#: For what is done between, on a machine that has other things to do.
LEEWAY = 2.5


def killed(children: Children, *, lease: float = 0) -> tuple[int, str]:
    """Kill a process between two steps of a run; its id, and the run's."""
    with children.start("execute", "E E", moment=5, there="ask", lease=lease, renewal=lease / 4) as child:
        run_id = child.heard("run")
        assert child.heard("moment") == "before write"
        assert run_service.get(id=run_id).state == "running"
        child.kill(signal.SIGKILL)
        return child.pid, run_id


def seconds_to_the_end(run_id: str) -> float:
    """Until the run is undone."""
    return wait_until(lambda: run_service.get(id=run_id).state == "compensated")


def test_a_death_on_the_same_machine_is_seen_by_its_lock(
    children: Children, record_property: Callable[[str, object], None]
) -> None:
    with children.start("sweep_on") as worker:
        assert worker.heard("sweeping")
        took = []
        for number in range(KILLS):
            time.sleep(LOOK * number / KILLS)  # at different moments between two looks
            _, run_id = killed(children)
            took.append(seconds_to_the_end(run_id))
        worker.send(stop=True)
        assert worker.heard("ended") == "stopped"
    record_property("median", statistics.median(took))
    print("took", took)
    assert max(took) < LOOK + LEEWAY
    assert set(children.ledger.effects().values()) == {0}


@pytest.mark.parametrize("seen", ["from-another-machine", "without-its-lock"])
def test_a_death_that_no_lock_tells_is_seen_when_the_lease_is_over(
    children: Children, record_property: Callable[[str, object], None], seen: str
) -> None:
    """Without its lock: as where a container is made anew, with the same name on the same machine."""
    host = "elsewhere" if seen == "from-another-machine" else ""
    with children.start("sweep_on", host=host, lease=LEASE, renewal=LEASE / 4) as worker:
        assert worker.heard("sweeping")
        took = []
        for _ in range(2):
            pid, run_id = killed(children, lease=LEASE)
            [owner] = run_owner_service.filter(pid=pid)
            (owners.lock_folder() / f"{owner.id}.lock").unlink()
            took.append(seconds_to_the_end(run_id))
            wait_until(lambda gone=owner.id: not run_owner_service.filter(id=gone).exists())
        worker.send(stop=True)
        assert worker.heard("ended") == "stopped"
    record_property("median", statistics.median(took))
    print("took", took)
    assert max(took) < LEASE + 2 * LOOK + LEEWAY
