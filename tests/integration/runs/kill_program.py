"""Kills processes in the middle of runs, at every moment of each, and has the sweep look after what is left.

`python -m tests.integration.runs.kill_program ORG PLAN…`: a plan is letters of `steps.KINDS`, with "+" in front for a
resumable run. Each case is a child of this process, which kills itself at the n-th moment. Prints a line of JSON each.
"""

import json
import os
import signal
import sys
from typing import Any
from uuid import UUID

import django

django.setup()

from django.db import connections  # noqa: E402

from Orchestrators.Faults import install_faults  # noqa: E402
from Orchestrators.Identifiers import derived_id  # noqa: E402
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry  # noqa: E402
from tests.integration.runs.steps import outside, rows, stage  # noqa: E402
from VaultPlatform import tenancy  # noqa: E402
from VaultPlatform.runs.service import delivery_service, run_service  # noqa: E402
from VaultPlatform.runs.sweep import sweep_once  # noqa: E402

#: More moments than any plan has.
MOST = 60


def case(plan: str, number: int) -> dict[str, Any]:
    """Kill a process that executes `plan` at its moment `number`, sweep, and say what there is."""
    reading, writing = os.pipe()
    connections.close_all()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _execute(plan, number, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read().split("\n")
    _, status = os.waitpid(child, 0)
    sweep_once()
    row = run_service.get(id=told[0])
    return {
        "plan": plan,
        "moment": told[1] if len(told) > 1 else "",
        "killed": os.WIFSIGNALED(status),
        "state": row.state if row else None,
        "error": row.error if row else "",
        "steps": [step["state"] for step in row.steps] if row else [],
        "rows": [name for name in rows() if name.startswith(told[0])],
        "effects": _of(told[0], plan, outside().effects()),
        "presented": _of(told[0], plan, outside().presented()),
        "deliveries": delivery_service.filter(run_id=told[0]).count(),
        "id": told[0],
    }


def _of(run_id: str, plan: str, counts: dict[str, int]) -> list[int]:
    """What the ledger has for the keys of a run's steps, in their order; 0 for a step that does not call it."""
    keys = [
        str(derived_id(UUID(run_id), f"step {number}"))
        for number in range(1, len(plan.removeprefix("+")) + 1)
    ]
    return [counts.get(key, 0) for key in keys]


def _execute(plan: str, number: int, pipe: int) -> None:
    """In the child: execute, and die at the moment."""
    run = OrchestratorRegistry.get("main")
    os.write(pipe, f"{run.id}\n".encode())
    passed = 0

    def at(moment: str) -> None:
        nonlocal passed
        passed += 1
        if passed == number:
            os.write(pipe, f"{moment}".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    run.resumable = plan.startswith("+")
    stage(run, plan.removeprefix("+"))
    install_faults(at)
    try:
        run.execute()
    except BaseException:  # noqa: BLE001  # how it ends is in the journal
        os._exit(1)
    os._exit(0)


def main(slug: str, *plans: str) -> None:
    """Every moment of every plan."""
    with tenancy.use(tenancy.find_organisation(slug)):
        for plan in plans:
            for number in range(1, MOST):
                seen = case(plan, number)
                print(json.dumps(seen), flush=True)
                if not seen["killed"]:
                    break


if __name__ == "__main__":
    main(*sys.argv[1:])
