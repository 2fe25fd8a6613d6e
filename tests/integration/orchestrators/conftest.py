"""An organisation with a ledger in its database, and what is installed in the engine put back after each test."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from Orchestrators.Journal import ToFunction, install_delivery
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from tests.integration.orchestrators.ledger import StepFactory


@pytest.fixture
def ledger(org: Any) -> StepFactory:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ledger (name varchar(200) NOT NULL UNIQUE)")
    return StepFactory()


@pytest.fixture
def run() -> Any:
    return OrchestratorRegistry.get("main")


@pytest.fixture
def delivered() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Events as they are delivered."""
    events: list[tuple[str, dict[str, Any]]] = []
    previous = install_delivery(ToFunction(lambda name, kwargs: events.append((name, dict(kwargs)))))
    yield events
    install_delivery(previous)


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What the journal is told of runs: state and states of the steps, and whether a transaction was open."""
    from VaultPlatform.runs.journal import Record

    told: list[tuple[str, bool]] = []
    write = Record.write

    def noted(self: Any, entry: Any) -> None:
        steps = " ".join(step["state"] for step in entry.steps)
        told.append((f"{entry.state.value}: {steps}", connection.in_atomic_block))
        write(self, entry)

    monkeypatch.setattr(Record, "write", noted)
    return told
