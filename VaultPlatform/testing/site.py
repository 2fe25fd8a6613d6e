"""The test run's own site: a folder of state, a settings file and databases, made for it and removed after it.

`VAULT_TEST_DATABASE` is `sqlite` (the default) or `postgresql`; the server is that of `VAULT_TEST_POSTGRES_URL`, else
the one on the usual loopback port. `begin()` has to come before Django's settings are read. Tests commit for real, into
organisations that are thrown away: nothing here rolls a test back.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

DATABASE = os.environ.get("VAULT_TEST_DATABASE", "sqlite")
POSTGRES_URL = os.environ.get("VAULT_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
DATABASE_NAME = f"vault_test_{os.getpid()}"
_VARIABLES = ("DJANGO_SETTINGS_MODULE", "VAULT_HOME", "VAULT_SETTINGS")
#: The folder of the site's state, once it has begun.
_home: list[Path] = []


def has_begun() -> bool:
    """Whether this process has its site."""
    return bool(_home)


def begin(settings: Mapping[str, Any]) -> None:
    """Make the site's folder and settings file, and point the environment at them.

    Parameters: `settings`, as in VaultSettings.json; the database is the test run's own.
    Raises pytest.UsageError when Django's settings were read before.
    """
    if "django.conf" in sys.modules and sys.modules["django.conf"].settings.configured:
        raise pytest.UsageError("Django's settings were read before they could be pointed at a test site.")
    home = Path(tempfile.mkdtemp(prefix="vault-test-"))
    _home.append(home)
    # Tests ask more often than people: limits that they do not reach, but for those that set their own.
    unlimited = {f"throttle_{asking}": "9000000/min" for asking in ("organisation", "principal", "anonymous")}
    whole = {**settings, "Base": {**settings["Base"], **unlimited}, "Database": database_section()}
    file = home / "VaultSettings.json"
    file.write_text(json.dumps(whole), encoding="utf-8")
    os.environ |= {"VAULT_HOME": str(home), "VAULT_SETTINGS": str(file)}
    os.environ["DJANGO_SETTINGS_MODULE"] = "NimbusVault.settings"


def forget_environment() -> None:
    """Have processes that are started now make sites of their own."""
    for name in _VARIABLES:
        os.environ.pop(name, None)


def end() -> None:
    """Remove the site's folder."""
    for home in _home:
        shutil.rmtree(home, ignore_errors=True)


def database_section() -> dict[str, Any]:
    """The section `Database` for the test run's own database."""
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
    section["port"] = int(server.get("port") or 5432)
    if password := server.get("password"):
        os.environ["VAULT_TEST_POSTGRES_PASSWORD"] = str(password)
        section["password"] = {"$env": "VAULT_TEST_POSTGRES_PASSWORD"}
    return section


@contextmanager
def server_database(name: str = DATABASE_NAME) -> Iterator[None]:
    """An empty database on the PostgreSQL server, dropped after the block; nothing on SQLite."""
    if DATABASE == "sqlite":
        yield
        return
    _on_server("CREATE DATABASE {}", name)
    try:
        yield
    finally:
        _on_server("DROP DATABASE {} WITH (FORCE)", name)


def _on_server(statement: LiteralString, name: str) -> None:
    with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
        server.execute(sql.SQL(statement).format(sql.Identifier(name)))
