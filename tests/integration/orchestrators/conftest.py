"""An organisation with a ledger in its database, and what is installed in the engine put back after each test."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from Orchestrators.Journal import Event, NullJournal, install_delivery, install_journal
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
    previous = install_delivery(lambda name, kwargs: events.append((name, dict(kwargs))))
    yield events
    install_delivery(previous)


class RecordingJournal(NullJournal):
    """Keeps what it is told, with whether a transaction was open."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bool]] = []

    def opened(self, run: Any) -> None:
        self._tell("opened")

    def intent(self, run: Any, step: Any) -> None:
        self._tell(f"intent {step.number}")

    def done(self, run: Any, step: Any) -> None:
        self._tell(f"done {step.number}")

    def closed(self, run: Any, state: Any) -> None:
        self._tell(f"closed {state.value}")

    def deliver(self, events: Any) -> None:
        self._tell(f"deliver {[event.hook_name for event in events if isinstance(event, Event)]}")

    def _tell(self, what: str) -> None:
        self.told.append((what, connection.in_atomic_block))


@pytest.fixture
def journal() -> Iterator[RecordingJournal]:
    recording = RecordingJournal()
    previous = install_journal(recording)
    yield recording
    install_journal(previous)
