"""The tables of sessions, operators and failed sign-ins; what is done with them is in `sessions` and `lockout`."""

from functools import cache
from typing import Any

from django.db import connection
from django.utils.timezone import now

from VaultModels.control.models import Operator, SignInFailure
from VaultModels.models import Session, User
from VaultModels.ModelService import ModelService


class SessionService(ModelService[Session]):
    """The eight primitives on sign-in sessions of an organisation's members."""

    model = Session


@cache
def _member_query() -> tuple[str, list[str], dict[int, Any]]:
    """The statement, the fields that it selects, and how to convert those that the database knows otherwise."""
    name, fields = connection.ops.quote_name, User._meta.concrete_fields
    columns = ", ".join(f"u.{name(str(field.column))}" for field in fields)
    tables = f"{name(User._meta.db_table)} u JOIN {name(Session._meta.db_table)} s ON s.user_id = u.id"
    conditions = "s.id = %s AND s.revoked_at IS NULL AND s.expires_at > %s AND u.is_active"
    compiler = User.objects.all().query.get_compiler(connection=connection)
    return (
        f"SELECT {columns} FROM {tables} WHERE {conditions}",  # noqa: S608  # names of our own models
        [str(field.attname) for field in fields],
        compiler.get_converters([field.get_col("u") for field in fields]),
    )


def member_of_session(session_id: str) -> User | None:
    """The active member whose open session has this id (a UUID as text), in one query.

    It runs with every request, and the ORM takes three times as long to build this join as to run it: hence by hand.
    """
    statement, fields, converters = _member_query()
    identity, expiry = Session._meta.pk, Session._meta.get_field("expires_at")
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            (
                identity.get_db_prep_value(session_id, connection),
                expiry.get_db_prep_value(now(), connection),
            ),
        )
        row = cursor.fetchone()
    if row is None:
        return None
    values = list(row)
    for position, (functions, column) in converters.items():
        for convert in functions:
            values[position] = convert(values[position], column, connection)
    return User.from_db(connection.alias, fields, values)


class OperatorService(ModelService[Operator]):
    """The eight primitives on the site's operators."""

    model = Operator


class SignInFailureService(ModelService[SignInFailure]):
    """The eight primitives on counts of failed sign-ins."""

    model = SignInFailure


session_service = SessionService()
operator_service = OperatorService()
sign_in_failure_service = SignInFailureService()
