"""Runs that carry a secret wherever a run carries anything, and steps that cannot be undone while the world is away."""

from typing import Any
from uuid import UUID

import pytest

from Orchestrators.ContextManager import context_manager, external_step
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry

SECRET = "open-sesame-4711"
KEYS = {"common": ["written", "result"]}
#: Holds something while what is outside cannot be reached.
away: list[str] = []


class Boom(Exception):
    """What the failing step raises."""


@external_step
@context_manager(set_contexts=KEYS)
def tell(run: Any, secret: str, *, again: str) -> None:
    run.set_context_value("written", secret + again)
    run.set_context_value("result", {"answer": secret})


@external_step
@context_manager(get_contexts={"common": ["written"]})
def untell(run: Any) -> None:
    if away:
        raise Boom("nobody answers")


@external_step
@context_manager()
def fail(run: Any) -> None:
    raise Boom("no")


def staged(*steps: Any) -> Any:
    """A run that tells the secret, and then runs `steps`."""
    run = OrchestratorRegistry.get("main")
    run.add_step(tell, untell, SECRET, again=SECRET)
    for step in steps:
        run.add_step(step, None)
    return run


def completed() -> UUID:
    """The id of a run that has ended well."""
    run = staged()
    run.execute()
    return UUID(str(run.id))


def stuck() -> UUID:
    """The id of a run that has failed, and could not be undone."""
    away.append("away")
    run = staged(fail)
    with pytest.raises(Boom):
        run.execute()
    return UUID(str(run.id))
