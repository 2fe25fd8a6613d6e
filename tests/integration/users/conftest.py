"""What members' workflows tell."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def events() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """The events that committed runs have queued, in order, in place of their delivery to plugins."""
    from Orchestrators.Journal import ToFunction, install_delivery

    told: list[tuple[str, dict[str, Any]]] = []
    before = install_delivery(ToFunction(lambda name, kwargs: told.append((name, dict(kwargs)))))
    yield told
    install_delivery(before)
