"""The test run's own site: a folder of state, a settings file and databases, made for it and removed after it.

`VAULT_TEST_DATABASE` is `sqlite` (the default) or `postgresql`; the server is that of `VAULT_TEST_POSTGRES_URL`, else
the one on the usual loopback port. The environment is set while this file is imported, which has to be before Django's
settings are, so pytest's own configuration must not name a settings module. Tests commit for real, into organisations
that are thrown away: nothing here rolls a test back.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import django
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.quickly import find_static_files_once, hash_quickly

if TYPE_CHECKING:
    from VaultPlatform.tenancy import Organisation

REPOSITORY = Path(__file__).resolve().parent.parent
DATABASE = os.environ.get("VAULT_TEST_DATABASE", "sqlite")
POSTGRES_URL = os.environ.get("VAULT_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
DATABASE_NAME = f"vault_test_{os.getpid()}"
HOME = Path(tempfile.mkdtemp(prefix="vault-test-"))


def _database_section() -> dict[str, Any]:
    if DATABASE == "sqlite":
        return {"engine": "sqlite", "busy_timeout_seconds": 60.0}  # machines under test are busy
    if DATABASE != "postgresql":
        raise pytest.UsageError(f"VAULT_TEST_DATABASE is '{DATABASE}'; expected 'sqlite' or 'postgresql'.")
    server = conninfo_to_dict(POSTGRES_URL)
    section: dict[str, Any] = {
        "engine": "postgresql",
        "name": DATABASE_NAME,
        "user": server.get("user", "postgres"),
    }
    section["host"] = server.get("host", "127.0.0.1")
    section["port"] = int(server.get("port", 5432))
    if password := server.get("password"):
        os.environ["VAULT_TEST_POSTGRES_PASSWORD"] = str(password)
        section["password"] = {"$env": "VAULT_TEST_POSTGRES_PASSWORD"}
    return section


def _set_environment() -> None:
    if "django.conf" in sys.modules and sys.modules["django.conf"].settings.configured:
        raise pytest.UsageError(
            "Django's settings were read before tests/site.py could point them at a test site."
        )
    settings = json.loads((REPOSITORY / "VaultSettings.json").read_text())
    settings["Database"] = _database_section()
    # Tests ask more often than people: limits that they do not reach, but for those that set their own.
    settings["Base"] |= {
        f"throttle_{asking}": "9000000/min" for asking in ("organisation", "principal", "anonymous")
    }
    file = HOME / "VaultSettings.json"
    file.write_text(json.dumps(settings))
    os.environ |= {"VAULT_HOME": str(HOME), "VAULT_SETTINGS": str(file)}
    os.environ["DJANGO_SETTINGS_MODULE"] = "NimbusVault.settings"


_set_environment()


def pytest_configure() -> None:
    django.setup()
    hash_quickly()
    find_static_files_once()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Where the run is shared out among processes, each makes a site of its own, as this one has."""
    for name in ("DJANGO_SETTINGS_MODULE", "VAULT_HOME", "VAULT_SETTINGS"):
        os.environ.pop(name, None)


def pytest_report_header() -> str:
    return f"database: {DATABASE}"


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _database_access(django_db_blocker: Any) -> Iterator[None]:
    """pytest-django keeps tests from the database unless they use its own test databases, which we do not."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def django_db_setup(_database_access: None) -> Iterator[None]:
    """The migrated control plane and template, made when the first test asks for them."""
    from django.db import connections

    from VaultPlatform.runs import owners
    from VaultPlatform.tenancy import migrate_everything

    with _server_database():
        outcome = migrate_everything(verbosity=0)
        assert not outcome.failed, outcome.failed
        yield
        owners.resign()
        connections.close_all()


@pytest.fixture
def make_org(django_db_setup: None) -> Iterator[Callable[..., "Organisation"]]:
    """A factory: `make_org(slug="acme")` is a new organisation, not entered, dropped after the test."""
    from VaultPlatform.tenancy import create_organisation, drop_organisation

    with ExitStack() as stack:

        def make(slug: str | None = None, name: str = "") -> "Organisation":
            organisation = create_organisation(slug=slug or f"test-{uuid4().hex[:12]}", name=name)
            stack.callback(drop_organisation, organisation)
            return organisation

        yield make


@pytest.fixture
def org(make_org: Callable[..., "Organisation"]) -> Iterator["Organisation"]:
    """A new organisation, entered as the current one, dropped after the test."""
    from VaultPlatform.tenancy import use

    organisation = make_org()
    with use(organisation):
        yield organisation


@contextmanager
def _server_database() -> Iterator[None]:
    """A database of the run's own on the PostgreSQL server; nothing on SQLite."""
    if DATABASE == "sqlite":
        yield
        return
    _on_server(f"CREATE DATABASE {DATABASE_NAME}")
    try:
        yield
    finally:
        _on_server(f"DROP DATABASE {DATABASE_NAME} WITH (FORCE)")


def _on_server(statement: str) -> None:
    with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
        server.execute(statement)
