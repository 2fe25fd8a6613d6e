"""Commits that do not wait for the disk: on SQLite, in the block, outside of transactions, and nowhere else."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from tests.integration.runs_properties.traffic import traffic
from tests.site import DATABASE
from VaultManagement.Groups.bll.service import group_service
from VaultPlatform import audit
from VaultPlatform.tenancy.backends.hasty import hasty

pytestmark = pytest.mark.skipif(DATABASE != "sqlite", reason="PostgreSQL is told with each message")
#: What `PRAGMA synchronous` answers.
NORMAL, FULL = 1, 2


def waits_for_disk() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        return int(cursor.fetchone()[0])


def test_a_commit_waits_for_the_disk_but_in_such_a_block(org: Any) -> None:
    assert waits_for_disk() == FULL
    with hasty(connection):
        assert waits_for_disk() == NORMAL
    assert waits_for_disk() == FULL
    with pytest.raises(LookupError), hasty(connection):
        raise LookupError
    assert waits_for_disk() == FULL


def test_inside_a_transaction_nothing_changes(org: Any) -> None:
    with transaction.atomic(), hasty(connection):
        assert waits_for_disk() == FULL
        group_service.create(name="Auditors")
    assert waits_for_disk() == FULL
    assert group_service.filter(name="Auditors").exists()


def test_an_anchor_that_follows_does_not_wait_while_what_it_follows_does(org: Any, tmp_path: Path) -> None:
    with traffic(tmp_path) as seen:
        audit.record(action="bell.rung")
        sent = [(each.alias, each.text.split()[0:2]) for each in seen.messages()]
    control = [words for alias, words in sent if alias == "control"]
    assert [words for words in control if words[0] in {"PRAGMA", "UPDATE"}] == [
        ["PRAGMA", "synchronous=NORMAL"],
        ["UPDATE", '"audit_anchor"'],
        ["PRAGMA", "synchronous=FULL"],
    ]
    assert not [words for alias, words in sent if alias == "default" and words[0] == "PRAGMA"]
