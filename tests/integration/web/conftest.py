"""Plain Django views beside the site's own routes."""

from typing import Any

import pytest


@pytest.fixture
def plain(settings: Any) -> None:
    """The routes of `plain_urls`."""
    settings.ROOT_URLCONF = "tests.integration.web.plain_urls"
