"""A site of its own for a test, on the database of the run."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.serving.test_site import Site
from tests.site import server_database


@pytest.fixture
def settings(django_db_setup: None) -> Iterator[dict[str, Any]]:
    """The settings of this test run, with a database of the site's own where there is a server."""
    document = json.loads(Path(os.environ["VAULT_SETTINGS"]).read_text())
    if document["Database"]["engine"] == "sqlite":
        yield document
        return
    name = f"vault_serve_{os.getpid()}"
    with server_database(name):
        document["Database"]["name"] = name
        yield document


@pytest.fixture
def site(tmp_path: Path, settings: dict[str, Any]) -> Iterator[Site]:
    made = Site(tmp_path, settings)
    yield made
    if made.process is not None and not made.has_ended():
        made.end(signal.SIGTERM)
