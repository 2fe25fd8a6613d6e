"""The embedded broker, of which several workers read at the same time."""

from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from VaultPlatform.celery_settings import celery_settings
from VaultPlatform.config import CelerySection

pytestmark = pytest.mark.database_independent
NUMBER = 20


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    """The folder of the messages."""
    return tmp_path / "broker" / "messages"


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Any]:
    """`connect("queue")` is a connection of its own to that queue, which is another in each test: kombu knows them."""
    settings, made = celery_settings(CelerySection(), tmp_path), list[Connection]()

    def make(queue: str) -> Any:
        made.append(
            Connection(
                settings["broker_url"],
                transport=settings["broker_transport"],
                transport_options=settings["broker_transport_options"],
            )
        )
        return made[-1].SimpleQueue(queue)

    yield make
    for each in made:
        each.release()


def drained(*queues: Any) -> list[list[Any]]:
    """What each queue gives, taking turns, until none gives anything."""
    given = [list[Any]() for _ in queues]
    quiet = 0
    while quiet < len(queues):
        for number, queue in enumerate(queues):
            try:
                message = queue.get(timeout=0.3)
            except Empty:
                quiet += 1
            else:
                quiet = 0
                message.ack()
                given[number].append(message.payload)
    return given


def test_each_message_is_given_once(connect: Any) -> None:
    sender = connect("once")
    for number in range(NUMBER):
        sender.put(number)
    first, second = drained(connect("once"), connect("once"))
    assert first and second
    assert sorted([*first, *second]) == list(range(NUMBER))


def test_queues_are_kept_apart_and_what_comes_later_is_seen(connect: Any) -> None:
    high, low = connect("high"), connect("low")
    low.put("late")
    high.put("early")
    assert drained(connect("high"), connect("low")) == [["early"], ["late"]]
    receiver = connect("high")
    assert drained(receiver) == [[]]
    high.put("another")
    assert drained(receiver) == [["another"]]


def test_a_message_that_is_being_written_is_left_alone_until_it_is_there(
    connect: Any, messages: Path
) -> None:
    sender = connect("written")
    sender.put("whole")
    [file] = messages.iterdir()
    content = file.read_bytes()
    file.write_bytes(b"")
    receiver = connect("written")
    assert drained(receiver) == [[]]
    file.write_bytes(content)
    assert drained(receiver) == [["whole"]]
    assert list(messages.iterdir()) == []


def test_a_backlog_is_listed_once_for_many_messages(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from VaultPlatform.runs import broker_of_files

    sender, looks, look = connect("backlog"), list[None](), broker_of_files.Channel._look

    def counted(channel: Any) -> None:
        looks.append(None)
        look(channel)

    monkeypatch.setattr(broker_of_files.Channel, "_look", counted)
    for number in range(NUMBER):
        sender.put(number)
    receiver = connect("backlog")
    assert {receiver.get(timeout=1).payload for _ in range(NUMBER)} == set(range(NUMBER))
    assert len(looks) == 1
