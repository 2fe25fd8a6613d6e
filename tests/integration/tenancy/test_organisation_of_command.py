"""Django's own commands work for the organisation that VAULT_ORG names, and refuse without one."""

import json
import os
import subprocess
import sys

import pytest

from tests.site import REPOSITORY
from VaultManagement.Users.bll.service import user_service


def manage(*arguments, org=None):
    environment = os.environ | ({"VAULT_ORG": org} if org else {})
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False
    )


def said(done):
    return [line for line in done.stderr.splitlines() if not line.startswith("{")]


@pytest.mark.parametrize("command", ["dumpdata", "showmigrations", "dbshell", "flush"])
def test_without_one_they_refuse_in_one_line(django_db_setup, command):
    done = manage(command)
    assert done.returncode == 1
    assert len(said(done)) == 1
    assert f"VAULT_ORG=acme manage.py {command}" in done.stderr
    assert done.stdout == ""


def test_with_one_they_see_its_rows_and_no_others(org, make_org):
    user_service.create(username="ada")
    other = make_org()
    here = manage("dumpdata", "VaultModels.User", org=org.slug)
    there = manage("dumpdata", "VaultModels.User", org=other.slug)
    assert [row["fields"]["username"] for row in json.loads(here.stdout)] == ["ada"]
    assert json.loads(there.stdout) == []


def test_an_unknown_one_is_named(django_db_setup):
    done = manage("dumpdata", org="nobody")
    assert (done.returncode, said(done)) == (
        1,
        ["VAULT_ORG: there is no organisation 'nobody'; `manage.py list_orgs` shows them."],
    )


def test_the_control_plane_needs_none(django_db_setup):
    done = manage("showmigrations", "control", "--database", "control")
    assert done.returncode == 0
    assert "[X] 0001_initial" in done.stdout
