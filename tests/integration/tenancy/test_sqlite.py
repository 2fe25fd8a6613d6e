"""What is SQLite's own: files, and how many of them are open."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db import connection, connections, transaction

from VaultPlatform.tenancy import Organisation, use
from VaultPlatform.tenancy.backends.sqlite3 import base
from VaultPlatform.tenancy.exceptions import StorageMissing
from VaultPlatform.tenancy.names import file_of

pytestmark = pytest.mark.skipif(
    os.environ.get("VAULT_TEST_DATABASE") == "postgresql", reason="about SQLite alone"
)


def folder() -> Path:
    return Path(connection.settings_dict["NAME"])


def open_files() -> int:
    links = (Path(entry) for entry in Path("/proc/self/fd").iterdir())
    return sum(1 for link in links if str(link.resolve()).startswith(str(folder())))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors in /proc")
def test_one_thread_keeps_a_bounded_number_of_files_open(make_org, monkeypatch):
    organisations = [make_org() for _ in range(6)]
    connection.close()
    monkeypatch.setattr(base, "MAX_OPEN", 3)
    for organisation in organisations * 2:
        with use(organisation):
            Group.objects.get_or_create(name="a")
    assert open_files() <= 3 * 3  # database, log and index of each
    connection.close()
    assert open_files() == 0


def test_the_file_unused_for_longest_is_closed_first(make_org, monkeypatch):
    monkeypatch.setattr(base, "MAX_OPEN", 2)
    one, two, three = (make_org() for _ in range(3))
    connection.close()
    for organisation in (one, two, one, three):
        with use(organisation):
            Group.objects.exists()
    assert list(connections["default"]._open) == [one.key, three.key]


def test_a_missing_file_is_an_error_and_is_not_made(make_org):
    lost = Organisation(slug="lost", key="lost_1", name="Lost")
    with use(lost), pytest.raises(StorageMissing, match="restore it from a backup"):
        Group.objects.exists()
    assert not file_of(lost, folder()).exists()
    with use(make_org()):
        assert not Group.objects.exists()


def test_the_copy_that_a_killed_process_left_is_cleared_away(make_org):
    abandoned = folder() / ".creating-gone_123456.sqlite3"
    make_org()
    abandoned.write_bytes(b"half")
    make_org()
    assert not abandoned.exists()


def test_a_file_has_the_options_that_keep_commits_and_let_readers_in(org):
    with connection.cursor() as cursor:
        answers = {}
        for pragma in ("journal_mode", "synchronous", "foreign_keys"):
            cursor.execute(f"PRAGMA {pragma}")
            answers[pragma] = cursor.fetchone()[0]
    assert answers == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_transaction_takes_the_write_lock_as_it_begins(org):
    with closing(sqlite3.connect(file_of(org, folder()), timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.rollback()
        with transaction.atomic(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")


def test_closing_inside_a_transaction_fails_it_and_no_more(org):
    with pytest.raises(Exception, match="closed"), transaction.atomic():
        write_and_close()
    assert not Group.objects.exists()


def write_and_close() -> None:
    Group.objects.create(name="lost")
    connection.close()
    Group.objects.create(name="never")
