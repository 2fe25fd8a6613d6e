"""What is outside can be reached again after each test."""

from collections.abc import Iterator

import pytest

from tests.integration.runs_rest.steps import away


@pytest.fixture(autouse=True)
def _the_world_is_there() -> Iterator[None]:
    away.clear()
    yield
    away.clear()
