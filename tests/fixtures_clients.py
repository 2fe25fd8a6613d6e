"""Fixtures for tests that speak REST: `client_for(org, role, username)`, `operator_client()`; see `tests.clients`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.clients import Client, Clients


@pytest.fixture
def clients(django_db_setup: None) -> "Clients":
    """Makes clients; each principal signs in once a test."""
    from tests.clients import Clients

    return Clients()


@pytest.fixture
def client_for(clients: "Clients") -> "Callable[..., Client]":
    """`client_for(org, role="administrator", username=…)` is a signed-in member's client."""
    return clients.client_for


@pytest.fixture
def operator_client(clients: "Clients") -> "Callable[[], Client]":
    """`operator_client()` is a new, signed-in operator's client."""
    return clients.operator_client
