"""Five hundred organisations, made and served by four threads of one process: what it holds on to stays bounded."""

import json
import os
import subprocess
import sys

import pytest
from psycopg.conninfo import make_conninfo

from tests.site import DATABASE, POSTGRES_URL, REPOSITORY, _database_section, server_database

ORGANISATIONS = 500
MEBIBYTE = 2**20


@pytest.fixture
def site(tmp_path):
    """The environment of a site of its own, whose database goes with it."""
    name = f"vault_many_{os.getpid()}"
    section = {**_database_section(), "name": name} if DATABASE == "postgresql" else {"engine": "sqlite"}
    (tmp_path / "VaultSettings.json").write_text(json.dumps({"Database": section}))
    environment = os.environ | {
        "VAULT_HOME": str(tmp_path / "home"),
        "VAULT_SETTINGS": str(tmp_path / "VaultSettings.json"),
        "DJANGO_SETTINGS_MODULE": "NimbusVault.settings",
        "PYTHONPATH": str(REPOSITORY),
    }
    if DATABASE != "postgresql":
        yield environment
        return
    with server_database(name):
        yield environment | {"OBSERVER": make_conninfo(POSTGRES_URL, dbname=name)}


@pytest.mark.timeout(900)
def test_sessions_files_and_memory_stay_bounded_with_five_hundred_organisations(site):
    command = [sys.executable, "-m", "tests.integration.tenancy.many_program", str(ORGANISATIONS)]
    ran = subprocess.run(command, cwd=REPOSITORY, env=site, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert found["organisations"] == ORGANISATIONS
    assert found["sessions"] <= 8
    assert found["files"] < 512
    assert found["grown"] < 200 * MEBIBYTE, found
