"""The core's own statements, which go to PostgreSQL as one message past the driver's cursors."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from VaultPlatform.tenancy import Organisation, outside, use
from VaultPlatform.tenancy.backends.postgresql import base
from VaultPlatform.tenancy.exceptions import NoOrganisation, OrganisationChanged

pytestmark = pytest.mark.skipif(
    os.environ.get("VAULT_TEST_DATABASE") != "postgresql", reason="about PostgreSQL alone"
)
INSERT = "INSERT INTO auth_group (name) VALUES (%s)"
#: What PostgreSQL holds.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def exchange(text: str, *values: str | None) -> Any:
    return connections["default"].exchange(text, values)  # type: ignore[attr-defined]


def names() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM auth_group ORDER BY name")
        return [name for (name,) in cursor.fetchall()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(values=st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=4))
def test_any_value_comes_back_as_it_went(org: Organisation, values: list[str | None]) -> None:
    marks = ", ".join(["%s::text"] * len(values))
    assert exchange(f"SELECT {marks}", *values).rows(0) == [tuple(values)]


@pytest.mark.parametrize("value", ["it's", "a\\", "%s %% %d", "'; DROP TABLE auth_group; --", "\\'", "$$"])
def test_a_value_is_no_sql(org: Organisation, value: str) -> None:
    exchange(INSERT, value)
    assert names() == [value]


def test_each_statement_has_its_rows(org: Organisation) -> None:
    answer = exchange("SELECT 1, 'a';SELECT generate_series(1, 3);SELECT %s::text", None)
    assert [answer.rows(number) for number in range(3)] == [[("1", "a")], [("1",), ("2",), ("3",)], [(None,)]]


def test_all_of_it_is_one_transaction(org: Organisation) -> None:
    with pytest.raises(DataError):
        exchange(f"{INSERT};SELECT 1 / 0", "never")
    assert names() == []
    exchange(INSERT, "next")
    assert names() == ["next"]


def test_what_fails_is_raised_as_django_says_it(org: Organisation) -> None:
    exchange(INSERT, "once")
    with pytest.raises(IntegrityError, match="auth_group_name") as caught:
        exchange(INSERT, "once")
    assert caught.value.__cause__.sqlstate == "23505"  # type: ignore[union-attr]


def test_it_belongs_to_the_open_transaction(org: Organisation) -> None:
    with transaction.atomic():
        exchange(INSERT, "taken back")
        transaction.set_rollback(True)
    assert names() == []


def test_a_broken_transaction_takes_none(org: Organisation) -> None:
    with transaction.atomic(), pytest.raises(transaction.TransactionManagementError):
        transaction.set_rollback(True)
        exchange(INSERT, "never")
    assert names() == []


def test_it_is_of_the_current_organisation_or_none(
    org: Organisation, make_org: Callable[[], Organisation]
) -> None:
    other = make_org()
    with use(other):
        exchange(INSERT, "theirs")
    assert names() == []
    with outside(), pytest.raises(NoOrganisation):
        exchange(INSERT, "nowhere")
    with transaction.atomic():
        exchange(INSERT, "ours")
        with use(other), pytest.raises(OrganisationChanged):
            exchange(INSERT, "astray")
    assert names() == ["ours"]


def test_a_connection_that_has_served_enough_organisations_is_replaced(
    org: Organisation, make_org: Callable[[], Organisation], monkeypatch: pytest.MonkeyPatch
) -> None:
    ((before,),) = exchange("SELECT pg_backend_pid()").rows(0)
    monkeypatch.setattr(base, "MAX_SEEN", 1)
    with use(make_org()):
        exchange(INSERT, "theirs")
        assert exchange("SELECT pg_backend_pid()").rows(0) != [(before,)]
        assert names() == ["theirs"]
    exchange(INSERT, "ours")
    assert names() == ["ours"]


def test_whoever_listens_to_statements_hears_it(org: Organisation) -> None:
    heard: list[str] = []

    def listen(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        heard.append(sql)
        return execute(sql, *rest)

    with CaptureQueriesContext(connection) as queries, connection.execute_wrapper(listen):
        exchange(INSERT, "heard")
    assert heard == [INSERT]
    assert "VALUES ('heard')" in queries[0]["sql"]
    assert names() == ["heard"]


def test_a_lost_connection_is_an_error_and_then_another_one(org: Organisation) -> None:
    ((before,),) = exchange("SELECT pg_backend_pid()").rows(0)
    with pytest.raises(OperationalError):
        exchange("SELECT pg_terminate_backend(pg_backend_pid());SELECT 1")
    connection.close_if_unusable_or_obsolete()
    assert exchange("SELECT pg_backend_pid()").rows(0) != [(before,)]


def test_it_ends_when_the_time_of_a_hook_is_up(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections["default"], "time_left", lambda: 0.1)
    with pytest.raises(OperationalError, match="statement timeout"):
        exchange("SELECT pg_sleep(5)")
