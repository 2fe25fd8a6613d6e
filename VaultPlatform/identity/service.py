"""The tables of sessions, API keys, operators and failed sign-ins; what is done with them is in the modules beside."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, connections, router
from django.utils.timezone import now

from VaultModels.control.models import Operator, SignInFailure
from VaultModels.models import ApiKey, CustomRole, Session, SignInStart, User
from VaultModels.ModelService import ModelService


class SessionService(ModelService[Session]):
    """The eight primitives on sign-in sessions of an organisation's members."""

    model = Session


class ApiKeyService(ModelService[ApiKey]):
    """The eight primitives on members' API keys."""

    model = ApiKey


class SignInStartService(ModelService[SignInStart]):
    """The eight primitives on sign-ins through another provider that have begun."""

    model = SignInStart


@cache
def _of_members() -> tuple[str, str, list[str], dict[int, Any]]:
    """For statements that find a member: columns, table, the fields of the columns, and how to convert them.

    The column behind the member's own holds the permissions of their custom role. (Subqueries and not joins, which
    take PostgreSQL longer to plan than to run.)
    """
    name, fields = connection.ops.quote_name, User._meta.concrete_fields
    roles = f"SELECT r.permissions FROM {name(CustomRole._meta.db_table)} r WHERE r.name = u.role"  # noqa: S608  # nosec B608  # our own names
    columns = ", ".join([*(f"u.{name(str(field.column))}" for field in fields), f"({roles})"])
    compiler = User.objects.all().query.get_compiler(connection=connection)
    converters = compiler.get_converters([field.get_col("u") for field in fields])
    return (
        columns,
        f"{name(User._meta.db_table)} u",
        [str(each.attname) for each in fields],
        converters,
    )


def member_of_session(session_id: str) -> User | None:
    """The active member whose open session has this id (a UUID as text), in one query.

    It runs with every request, and the ORM takes three times as long to build this join as to run it: hence by hand.
    """
    identity, expiry = Session._meta.pk, Session._meta.get_field("expires_at")
    row = _member_row(
        _session_statement(),
        identity.get_db_prep_value(session_id, connection),
        expiry.get_db_prep_value(now(), connection),
    )
    return None if row is None else _member(row)


@dataclass(frozen=True, kw_only=True)
class KeyInUse:
    """The API key of a request."""

    id: UUID
    name: str
    #: Whether it is time to note that it is in use.
    to_be_noted: bool


def member_of_key(sha256: str, *, noted_since: datetime) -> tuple[User, KeyInUse] | None:
    """The active member in whose name the valid API key of this digest asks, and the key, in one query.

    Parameters: `noted_since`, the moment from which on a note of the key's last use is recent enough.
    """
    moment = ApiKey._meta.get_field("expires_at")
    row = _member_row(
        _key_statement(),
        moment.get_db_prep_value(noted_since, connection),
        sha256,
        moment.get_db_prep_value(now(), connection),
    )
    if row is None:
        return None
    *of_member, granted, key_id, name, due = row
    member = _member(of_member)
    member.key_permissions = frozenset(json.loads(granted))
    return member, KeyInUse(id=UUID(str(key_id)), name=name, to_be_noted=bool(due))


def _member_row(statement: str, *parameters: Any) -> Any:
    """The row of an active member that `statement` finds; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()


@cache
def _session_statement() -> str:
    if connection.vendor == "postgresql":
        return "SELECT * FROM member_of_session(%s, %s)"  # see VaultModels.IdentityFunctions
    columns, members, _, _ = _of_members()
    valid = "s.id = %s AND s.revoked_at IS NULL AND s.expires_at > %s"
    whose = f"SELECT s.user_id FROM {connection.ops.quote_name(Session._meta.db_table)} s WHERE {valid}"  # noqa: S608  # nosec B608
    return f"SELECT {columns} FROM {members} WHERE u.id = ({whose}) AND u.is_active"  # noqa: S608  # nosec B608


@cache
def _key_statement() -> str:
    columns, members, _, _ = _of_members()
    more = "s.permissions, s.id, s.name, (s.last_used_at IS NULL OR s.last_used_at < %s)"
    keys = f"{connection.ops.quote_name(ApiKey._meta.db_table)} s ON s.user_id = u.id"
    valid = "s.sha256 = %s AND s.revoked_at IS NULL AND s.expires_at > %s"
    return f"SELECT {columns}, {more} FROM {members} JOIN {keys} WHERE {valid} AND u.is_active"  # noqa: S608  # nosec B608


def _member(row: Any) -> User:
    _, _, fields, converters = _of_members()
    *values, granted = row
    for position, (functions, column) in converters.items():
        for convert in functions:
            values[position] = convert(values[position], column, connection)
    member = User.from_db(connection.alias, fields, values)
    member.role_permissions = None if granted is None else frozenset(json.loads(granted))
    return member


class OperatorService(ModelService[Operator]):
    """The eight primitives on the site's operators."""

    model = Operator


class SignInFailureService(ModelService[SignInFailure]):
    """The eight primitives on counts of failed sign-ins."""

    model = SignInFailure


def count_attempt(key: str, *, window_start: datetime) -> SignInFailure:
    """Count one attempt under `key` and return the count, in one statement, exact however many come at once.

    Counting starts afresh where it began at `window_start` or before. No form of the ORM's has the case and the answer.
    """
    alias = router.db_for_write(SignInFailure)
    name = connections[alias].ops.quote_name
    moment = SignInFailure._meta.get_field("since")
    at, start = (moment.get_db_prep_value(each, connections[alias]) for each in (now(), window_start))
    table = name(SignInFailure._meta.db_table)
    statement = f"""
        INSERT INTO {table} AS counted (key, failures, since) VALUES (%s, 1, %s)
        ON CONFLICT (key) DO UPDATE SET
            failures = CASE WHEN counted.since <= %s THEN 1 ELSE counted.failures + 1 END,
            since = CASE WHEN counted.since <= %s THEN excluded.since ELSE counted.since END
        RETURNING key, failures, since
    """  # noqa: S608  # nosec B608  # the name of our own model
    [row] = SignInFailure.objects.using(alias).raw(statement, [key, at, start, start])
    return row


session_service = SessionService()
api_key_service = ApiKeyService()
sign_in_start_service = SignInStartService()
operator_service = OperatorService()
sign_in_failure_service = SignInFailureService()
