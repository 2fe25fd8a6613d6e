"""A site of its own for a test, on the database of the run."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration.serving.test_site import Site


@pytest.fixture
def settings(django_db_setup: None) -> Iterator[dict[str, Any]]:
    """The settings of this test run, with a database of the site's own where there is a server."""
    document = json.loads(Path(os.environ["VAULT_SETTINGS"]).read_text())
    if document["Database"]["engine"] == "sqlite":
        yield document
        return
    name = f"vault_serve_{os.getpid()}"
    url = os.environ.get("VAULT_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        document["Database"]["name"] = name
        yield document
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def site(tmp_path: Path, settings: dict[str, Any]) -> Iterator[Site]:
    made = Site(tmp_path, settings)
    yield made
    if made.process is not None and not made.has_ended():
        made.end(signal.SIGTERM)
