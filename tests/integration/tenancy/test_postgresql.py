"""What is PostgreSQL's own: what goes over the wire, and statements that do not fit the common way."""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import Group
from django.db import connection, connections, transaction
from django.db.utils import OperationalError

from VaultPlatform.tenancy import use
from VaultPlatform.tenancy.backends.postgresql import base
from VaultPlatform.tenancy.exceptions import StatementRefused
from VaultPlatform.tenancy.names import schema_of

pytestmark = pytest.mark.skipif(
    os.environ.get("VAULT_TEST_DATABASE") != "postgresql", reason="about PostgreSQL alone"
)


@contextmanager
def messages() -> Iterator[list[str]]:
    """The queries that the block sends to the server, as libpq's own trace shows them."""
    connection.ensure_connection()
    sent: list[str] = []
    with tempfile.TemporaryFile("w+") as file:
        pgconn = connection.connection.pgconn
        pgconn.trace(file.fileno())
        pgconn.set_trace_flags(1)  # no time stamps
        try:
            yield sent
        finally:
            pgconn.untrace()
        file.seek(0)
        sent += [line.split("\t")[-1].strip() for line in file if line.startswith("F\t")]


def test_a_read_outside_a_transaction_is_one_message(org):
    with messages() as sent:
        assert not Group.objects.exists()
    assert len(sent) == 1
    assert f'SET LOCAL search_path TO "{schema_of(org)}";SELECT' in sent[0]


def test_a_transaction_with_one_insert_is_two_messages(org):
    with messages() as sent, transaction.atomic():
        Group.objects.create(name="a")
    assert len(sent) == 2
    assert "BEGIN;SET LOCAL search_path" in sent[0]
    assert "COMMIT" in sent[1]


def test_further_statements_of_a_transaction_travel_as_they_are(org):
    with messages() as sent, transaction.atomic():
        Group.objects.create(name="a")
        Group.objects.create(name="b")
    assert ["search_path" in message for message in sent] == [True, False, False]


def test_a_transaction_without_statements_sends_nothing(org):
    with messages() as sent, transaction.atomic():
        pass
    assert sent == []


def test_a_savepoint_may_be_what_opens_the_transaction(org):
    with messages() as sent, transaction.atomic(), transaction.atomic():
        Group.objects.create(name="a")
    assert "BEGIN;SET LOCAL" in sent[0]
    assert "SAVEPOINT" in sent[0]
    assert Group.objects.count() == 1


def test_a_statement_that_fails_outside_a_transaction_leaves_no_setting_behind(org):
    with connection.cursor() as cursor:
        with pytest.raises(Exception, match="no_such_table"):
            cursor.execute("SELECT * FROM no_such_table")
        assert connection.connection.pgconn.exec_(b"SHOW search_path").get_value(0, 0) == b'"$user", public'


def test_no_setting_outlives_the_transaction_that_made_it(org):
    with transaction.atomic():
        Group.objects.create(name="a")
    assert connection.connection.pgconn.exec_(b"SHOW search_path").get_value(0, 0) == b'"$user", public'


def test_introspection_sees_the_organisations_tables_once_and_no_others(org):
    tables = connection.introspection.table_names()
    assert "auth_group" in tables
    assert len(tables) == len(set(tables))
    assert not any(name.startswith(("control_", "django_celery_beat")) for name in tables)


def test_copy_is_confined_in_a_transaction_and_refused_outside(make_org):
    one, two = make_org(), make_org()
    statement = "COPY auth_group (name) FROM STDIN"
    with use(one), transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write_row(["copied"])
    with use(two), connection.cursor() as cursor:
        assert not Group.objects.exists()
        with pytest.raises(StatementRefused, match=r"transaction\.atomic"), cursor.copy(statement):
            pass
    with use(one):
        assert Group.objects.get().name == "copied"


def test_stream_is_confined_in_a_transaction_and_refused_outside(org):
    Group.objects.bulk_create([Group(name=name) for name in "abc"])
    statement = "SELECT name FROM auth_group ORDER BY name"
    with transaction.atomic(), connection.cursor() as cursor:
        assert [row[0] for row in cursor.stream(statement)] == ["a", "b", "c"]
    with connection.cursor() as cursor, pytest.raises(StatementRefused):
        next(iter(cursor.stream(statement)))


@pytest.mark.parametrize(
    "statement", ["VACUUM auth_group", "CREATE INDEX CONCURRENTLY later ON auth_group (name)"]
)
def test_a_statement_that_allows_no_transaction_runs_alone_and_leaves_no_setting(org, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert connection.connection.pgconn.exec_(b"SHOW search_path").get_value(0, 0) == b'"$user", public'


def test_a_statement_that_allows_no_transaction_is_refused_behind_a_pooling_proxy(org, monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "pooled", True)
    with connection.cursor() as cursor, pytest.raises(StatementRefused, match="pooling proxy"):
        cursor.execute("VACUUM auth_group")


def test_a_procedure_call_and_several_statements_in_one_string_are_confined(org):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO auth_group (name) VALUES ('a'); INSERT INTO auth_group (name) VALUES ('b')"
        )
        cursor.callproc("lower", ["ABC"])
        assert cursor.fetchone() == ("abc",)
    assert Group.objects.count() == 2


def test_a_cursor_opened_past_django_is_confined_too(org):
    Group.objects.create(name="a")
    with connection.connection.cursor() as cursor:
        assert cursor.execute("SELECT name FROM auth_group").fetchall() == [("a",)]


def test_the_time_zone_travels_with_the_statement_when_the_servers_is_another(org, monkeypatch):
    monkeypatch.setattr(connections["default"], "timezone_name", "Asia/Tokyo")
    connection.close()
    with messages() as sent, connection.cursor() as cursor:
        cursor.execute("SHOW TIME ZONE")
        assert cursor.fetchone() == ("Asia/Tokyo",)
    assert len(sent) == 1
    connection.close()


def test_a_connection_is_replaced_after_it_has_seen_many_organisations(make_org, monkeypatch):
    organisations = [make_org() for _ in range(4)]
    monkeypatch.setattr(base, "MAX_SEEN", 2)
    connection.close()
    processes = []
    for organisation in organisations:
        with use(organisation), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            processes.append(cursor.fetchone()[0])
    assert processes[0] == processes[1] != processes[2] == processes[3]


def test_a_connection_that_the_server_closed_is_replaced_before_the_next_request(org):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        process = cursor.fetchone()[0]
    with connections["control"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    connection.close_if_unusable_or_obsolete()  # what Django does as a request begins
    assert not Group.objects.exists()


def test_a_connection_lost_in_a_transaction_fails_it_and_no_more(org):
    with pytest.raises(OperationalError), transaction.atomic():
        lose_connection_and_read()
    assert not Group.objects.exists()


def lose_connection_and_read() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        process = cursor.fetchone()[0]
    with connections["control"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    Group.objects.exists()


def test_the_servers_version_can_be_asked_without_an_organisation(org):
    result = []

    def ask() -> None:  # a new thread has neither an organisation nor a connection
        connections["default"].__dict__.pop("pg_version", None)
        result.append(connection.pg_version)
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert result[0] >= 140000
