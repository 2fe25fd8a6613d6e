"""Statements that PostgreSQL is sent without anybody waiting for their end."""

import logging
import os
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction

from VaultPlatform.tenancy import Organisation, outside, use
from VaultPlatform.tenancy.exceptions import NoOrganisation

pytestmark = pytest.mark.skipif(
    os.environ.get("VAULT_TEST_DATABASE") != "postgresql", reason="about PostgreSQL alone"
)
INSERT = "INSERT INTO auth_group (name) VALUES (%s)"


def send(statement: str, params: Any = None) -> bool:
    with connection.cursor() as cursor:
        return bool(cursor.send(statement, params))


def names() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM auth_group ORDER BY name")
        return [name for (name,) in cursor.fetchall()]


def test_what_was_sent_is_there_for_the_next_statement(org: Organisation) -> None:
    assert send(f"SET LOCAL synchronous_commit TO off;{INSERT}", ["sent"])
    assert names() == ["sent"]


def test_a_cursor_that_was_open_before_goes_on(org: Organisation) -> None:
    with connection.cursor() as early:
        assert send(INSERT, ["sent"])
        early.execute("SELECT count(*) FROM auth_group")
        assert early.fetchone() == (1,)


def test_a_transaction_begins_behind_it(org: Organisation) -> None:
    assert send(INSERT, ["sent"])
    with transaction.atomic():
        assert names() == ["sent"]


def test_it_goes_into_the_schema_of_its_own_organisation(
    org: Organisation, make_org: Callable[[], Organisation]
) -> None:
    other = make_org()
    assert send(INSERT, ["sent"])
    with use(other):
        assert names() == []
        assert send(INSERT, ["elsewhere"])
    assert names() == ["sent"]


def test_nothing_is_sent_inside_a_transaction_or_outside_of_any_organisation(org: Organisation) -> None:
    with transaction.atomic():
        assert not send(INSERT, ["kept back"])
    assert names() == []
    cursor = connection.cursor()
    with outside(), pytest.raises(NoOrganisation):
        cursor.send(INSERT, ["nowhere"])


def test_one_that_fails_is_logged_and_harms_nobody(
    org: Organisation, caplog: pytest.LogCaptureFixture
) -> None:
    assert send("INSERT INTO auth_group (name) VALUES (NULL)")
    with caplog.at_level(logging.WARNING):
        assert names() == []
    assert "nobody waited for" in caplog.text
    assert "not-null" in caplog.text


def test_a_connection_that_waits_for_an_answer_is_usable(org: Organisation) -> None:
    assert send("SELECT pg_sleep(0.2)")
    assert connection.is_usable()
    assert names() == []


def test_a_connection_that_is_lost_meanwhile_is_replaced(
    org: Organisation, caplog: pytest.LogCaptureFixture
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (before,) = cursor.fetchone()
    assert send("SELECT pg_terminate_backend(pg_backend_pid())")
    assert not connection.is_usable()
    connection.close_if_unusable_or_obsolete()
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() != (before,)
    assert Group.objects.count() == 0
