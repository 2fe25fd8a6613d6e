"""Clients that have signed in over the site's own routes, and then use those of `plain_urls`."""

from collections.abc import Callable
from typing import Any

import pytest

PLAIN = "tests.integration.audit.plain_urls"


@pytest.fixture
def plain_client(clients: Any, settings: Any) -> Callable[..., Any]:
    """`plain_client(org, role)` is a member's client; the site has the routes of `plain_urls` from then on."""

    def make(org: Any, role: str = "editor") -> Any:
        settings.ROOT_URLCONF = "NimbusVault.urls"
        client = clients.client_for(org, role) if org else clients.operator_client()
        settings.ROOT_URLCONF = PLAIN
        return client

    return make
