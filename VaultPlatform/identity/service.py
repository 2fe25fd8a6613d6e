"""The tables of sessions, operators and failed sign-ins; what is done with them is in `sessions` and `lockout`."""

from functools import cache

from django.db import connection
from django.utils.timezone import now

from VaultModels.control.models import Operator, SignInFailure
from VaultModels.models import Session, User
from VaultModels.ModelService import ModelService


class SessionService(ModelService[Session]):
    """The eight primitives on sign-in sessions of an organisation's members."""

    model = Session


@cache
def _member_query() -> str:
    name = connection.ops.quote_name
    columns = ", ".join(f"u.{name(str(field.column))}" for field in User._meta.concrete_fields)
    tables = f"{name(User._meta.db_table)} u JOIN {name(Session._meta.db_table)} s ON s.user_id = u.id"
    conditions = "s.id = %s AND s.revoked_at IS NULL AND s.expires_at > %s AND u.is_active"
    return f"SELECT {columns} FROM {tables} WHERE {conditions}"  # noqa: S608  # names of our own models


def member_of_session(session_id: str) -> User | None:
    """The active member whose open session has this id (a UUID as text), in one query.

    It runs with every request, and the ORM takes three times as long to build this join as to run it: hence raw.
    """
    identity, expiry = Session._meta.pk, Session._meta.get_field("expires_at")
    values = (
        identity.get_db_prep_value(session_id, connection),
        expiry.get_db_prep_value(now(), connection),
    )
    return next(iter(User.objects.raw(_member_query(), values)), None)


class OperatorService(ModelService[Operator]):
    """The eight primitives on the site's operators."""

    model = Operator


class SignInFailureService(ModelService[SignInFailure]):
    """The eight primitives on counts of failed sign-ins."""

    model = SignInFailure


session_service = SessionService()
operator_service = OperatorService()
sign_in_failure_service = SignInFailureService()
