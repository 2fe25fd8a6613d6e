"""What a client is told of the database: that it is away only when it is; a mistake in our tables is our own error."""

import sqlite3

import pytest
from django.db import DatabaseError, OperationalError, connections

from VaultErrors.BackendErrors import errors
from VaultPlatform.web.errors import as_vault_error

#: What a forgotten migration leads to.
MISTAKES = [
    "SELECT a FROM a_table_that_is_not_there",
    "SELECT a_column_that_is_not_there FROM django_migrations",
    "INSERT INTO django_migrations (a_column_that_is_not_there) VALUES (1)",
    "UPDATE django_migrations SET a_column_that_is_not_there = 1",
    "INSERT INTO a_table_that_is_not_there VALUES (1)",
]


def raised_by(statement: str) -> DatabaseError:
    with pytest.raises(DatabaseError) as raised, connections["default"].cursor() as cursor:
        cursor.execute(statement)
    return raised.value


@pytest.mark.parametrize("statement", MISTAKES)
def test_a_table_or_column_that_is_missing_is_our_own_error(org, statement):
    meant = as_vault_error(raised_by(statement))
    assert isinstance(meant, errors.server.InternalError)
    assert "database" not in meant.msg


def test_the_same_holds_for_what_is_wrapped_once_more(org):
    wrapped = OperationalError("in the audit trail")
    wrapped.__cause__ = raised_by(MISTAKES[2])
    assert isinstance(as_vault_error(wrapped), errors.server.InternalError)


@pytest.mark.database_independent
def test_a_database_that_is_away_is_said_to_be(tmp_path):
    from django.db.backends.sqlite3.base import DatabaseWrapper

    settings = {**connections["control"].settings_dict, "ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}}
    away = DatabaseWrapper({**settings, "NAME": str(tmp_path / "no" / "such.sqlite3")}, alias="away")
    with pytest.raises(OperationalError) as raised:
        away.ensure_connection()
    assert raised.value.__cause__.sqlite_errorname == "SQLITE_CANTOPEN"
    _is_away(raised.value)


@pytest.mark.database_independent
def test_a_database_that_is_busy_is_said_to_be_away(tmp_path):
    file = tmp_path / "busy.sqlite3"
    with sqlite3.connect(file) as first, sqlite3.connect(file, timeout=0) as second:
        first.execute("CREATE TABLE t (a)")
        first.commit()
        first.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError) as raised:
            second.execute("BEGIN IMMEDIATE")
    first.close()
    second.close()
    error = OperationalError("database is locked")
    error.__cause__ = raised.value
    _is_away(error)


def test_a_server_that_nobody_answers_at_is_said_to_be_away():
    from django.db.backends.postgresql.base import DatabaseWrapper

    settings = {**connections["control"].settings_dict, "ENGINE": "django.db.backends.postgresql"}
    nowhere = {"NAME": "nobody", "HOST": "127.0.0.1", "PORT": "1", "USER": "", "PASSWORD": "", "OPTIONS": {}}
    with pytest.raises(OperationalError) as raised:
        DatabaseWrapper({**settings, **nowhere}, alias="away").ensure_connection()
    _is_away(raised.value)


def _is_away(error):
    meant = as_vault_error(error)
    assert (meant.status, meant.msg) == (503, "The database cannot be reached at the moment.")
