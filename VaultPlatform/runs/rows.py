"""The statements that the journal costs with every run: few, and with the commit that there is anyway.

On PostgreSQL what is written in a transaction goes to the server in one message with its COMMIT; a write that another
process has overtaken makes the statement, and so the transaction, fail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connections,
    transaction,
)
from pydantic_core import to_json

from Orchestrators.Errors import OwnershipLost
from VaultPlatform.runs.planes import Plane
from VaultPlatform.tenancy.backends.closing import (
    Call,
    Statement,
    WrittenAtCommit,
    run_one_by_one,
    run_together,
)
from VaultPlatform.tenancy.backends.hasty import hasty

#: What is JSON.
_JSON = frozenset({"plan", "steps", "result", "response", "progress", "actor", "kwargs"})
#: Behind the insertion of a time at which something is due.
_UNLESS_EARLIER = (
    " ON CONFLICT (organisation) DO UPDATE SET due_at = excluded.due_at"
    " WHERE excluded.due_at < run_due.due_at"
)


class Overtaken(OwnershipLost, DatabaseError):
    """Raised at the commit: another process has written the run's row meanwhile."""


class AlreadyClaimed(IntegrityError):
    """Raised at the commit: a run with the same idempotency key has come first."""


class AtCommit(WrittenAtCommit):
    """Statements of one run that go with the open transaction's commit."""

    #: Behind the audit trail, which asks whether anything was written.
    turn = 1

    def __init__(
        self,
        statements: Sequence[Statement | Call],
        *,
        fenced: bool,
        only_if_written: bool,
        written: Callable[[], None],
        unknown: Callable[[], None],
    ) -> None:
        """`fenced`: each hits a row; `only_if_written`: needless if nothing else was.

        `written` is called after the commit, `unknown` if nobody knows whether it came through.
        """
        self.statements, self.fenced, self.only_if_written = statements, fenced, only_if_written
        self._written, self._unknown = written, unknown

    def committed(self) -> None:
        """The rows are written."""
        self._written()

    @classmethod
    def write(cls, connection: Any, works: Sequence[Any]) -> list[Any]:
        """The statements of all of a transaction's runs."""
        needless = connection.wrote_nothing()
        return [
            statement
            for work in works
            if not (work.only_if_written and needless)
            for statement in work.statements
        ]

    @classmethod
    def check(cls, statement: str, cursor: Any) -> None:
        """Where SQL itself cannot fail for it: raise Overtaken if a run's row was not hit."""
        if statement.startswith("UPDATE") and cursor.rowcount == 0:
            raise Overtaken(_OVERTAKEN)

    def failure(self, error: Exception) -> DatabaseError | None:
        """What the transaction fails with, if it is the fence, or the one row of an idempotency key."""
        if isinstance(error, OperationalError | InterfaceError):
            self._unknown()
        if self.fenced and is_fence(error):
            return Overtaken(_OVERTAKEN)
        if isinstance(error, IntegrityError) and is_claimed(error):
            return AlreadyClaimed(_CLAIMED)
        return None


_OVERTAKEN = "Another process has taken the run over, or cancelled it."
_CLAIMED = "Another run has this idempotency key."


def inserted(plane: Plane, values: Mapping[str, Any], *, table: str | None = None) -> Statement:
    """The statement that inserts a row; what is None stays out of it."""
    values = {column: value for column, value in values.items() if value is not None}
    columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    text = f"INSERT INTO {table or plane.table} ({columns}) VALUES ({marks})"  # noqa: S608  # nosec B608  # our own names
    return Statement(text, _adapted(plane, values))


def begun(plane: Plane, values: Mapping[str, Any], *, only_if_written: bool = False) -> Statement | Call:
    """What inserts a run's row."""
    if plane.has_functions:
        return Call("run_inserted(%s)", [as_json(values)], only_if_written=only_if_written)
    return inserted(plane, values)


def changed(
    plane: Plane, run_id: UUID, values: Mapping[str, Any], *, epoch: int, unless_cancelled: bool
) -> Statement | Call:
    """What writes a run's row, which has to be at `epoch`, and moves it on; see `run_fenced`."""
    if plane.has_functions:
        row = {**values, "id": run_id, "epoch": epoch, "unless_cancelled": unless_cancelled}
        return Call("run_changed(%s)", [as_json(row)])
    setting = ", ".join(f"{column} = %s" for column in values)
    condition = " AND NOT cancel_requested" if unless_cancelled else ""
    update = f"UPDATE {plane.table} SET {setting}, epoch = epoch + 1 WHERE id = %s AND epoch = %s{condition}"  # noqa: S608  # nosec B608  # our own names
    params = [*_adapted(plane, values), *_adapted(plane, {"id": run_id}), epoch]
    if plane.connection.vendor == "postgresql":
        update = f"WITH moved AS ({update} RETURNING 1) SELECT 1 / (SELECT count(*) FROM moved)"  # noqa: S608  # nosec B608
    return Statement(update, params)


def run_fenced(connection: Any, statements: Sequence[Any], *, fenced: bool = True) -> None:
    """Run statements, or make calls, at once, all or none. Raises Overtaken if one that is fenced hits no row."""
    try:
        if isinstance(statements[0], Call):
            run_together(connection, statements)
            return
        alone = len(statements) == 1
        together = nullcontext() if alone else transaction.atomic(using=connection.alias, savepoint=False)
        with together:
            run_one_by_one(connection, AtCommit, statements)
    except DatabaseError as error:
        if fenced and is_fence(error):
            raise Overtaken(_OVERTAKEN) from error
        if isinstance(error, IntegrityError) and is_claimed(error):
            raise AlreadyClaimed(_CLAIMED) from error
        raise


def is_fence(error: BaseException) -> bool:
    """Whether a statement failed because a run's row was not as it had to be."""
    return isinstance(error, Overtaken) or isinstance(error.__cause__, psycopg.errors.DivisionByZero)


def is_claimed(error: BaseException) -> bool:
    """Whether a row could not be inserted because of its idempotency key."""
    return "idempotency" in str(error)


def note_owned(owner: UUID, organisation: str) -> None:
    """Keep that the process `owner` may have runs in an organisation."""
    site = Plane(organisation=None)
    values = {"owner_id": owner, "organisation": organisation}
    statement = inserted(site, values, table="run_owned_organisation")
    with site.connection.cursor() as cursor:
        cursor.execute(f"{statement.text} ON CONFLICT DO NOTHING", statement.params)


_AS_INSERTED = """ RETURNING id, hook_name, listener, kwargs, entity, attempts, entity <> '' AND EXISTS (
    SELECT 1 FROM run_delivery e WHERE e.entity = run_delivery.entity AND e.listener = run_delivery.listener
    AND e.id < run_delivery.id AND e.run_id <> run_delivery.run_id AND e.next_attempt IS NOT NULL)"""


class Delivery(NamedTuple):
    """What is delivered right after its run's commit."""

    id: int
    hook_name: str
    listener: str
    kwargs: Any
    entity: str
    attempts: int
    #: Whether one of another run, for the same listener and entity, comes first.
    waits: bool


def deliveries_inserted(
    plane: Plane, values: Sequence[Mapping[str, Any]], *, taken: Callable[[list[Delivery]], None]
) -> Statement | Call:
    """What inserts what a run has queued; `taken` is given it, in its order, with the ids.

    It goes behind the audit trail's lock, so what other runs have queued before is seen, and has lower ids.
    """
    if plane.has_functions:
        return Call("run_queued(%s)", [as_json(values)], _taking(taken, _of_object))
    columns, marks = ", ".join(values[0]), ", ".join(["%s"] * len(values[0]))
    text = f"INSERT INTO run_delivery ({columns}) VALUES {', '.join([f'({marks})'] * len(values))}"  # noqa: S608  # nosec B608
    params = [each for row in values for each in _adapted(plane, row)]
    return Statement(text + _AS_INSERTED, params, _taking(taken, _of_columns))


def _taking(
    taken: Callable[[list[Delivery]], None], read: Callable[[Any], Delivery]
) -> Callable[[list[Any]], None]:
    return lambda found: taken(sorted(read(row) for row in found))


def _of_columns(row: Any) -> Delivery:
    return Delivery(*(*row[:3], json.loads(row[3]), *row[4:]))


def _of_object(row: Any) -> Delivery:
    return Delivery(*json.loads(row[0]))


def remove_deliveries(ids: Sequence[int]) -> bool:
    """Take out what is delivered; returns whether that has surely been done, for as long as this process lives.

    Where the server may do it by itself, nobody waits for it: whoever is delivered to twice after a crash knows that.
    """
    connection = connections["default"]
    marks = ", ".join(["%s"] * len(ids))
    removal = f"DELETE FROM run_delivery WHERE id IN ({marks})"  # noqa: S608  # nosec B608
    with connection.cursor() as cursor:
        hastily = f"SET LOCAL synchronous_commit TO off;{removal}"
        if connection.vendor == "postgresql" and cursor.send(hastily, ids):
            return False
        with hasty(connection):
            cursor.execute(removal, ids)
    return True


class Outlook(NamedTuple):
    """What is ahead in one plane."""

    #: When the next run is due that nobody owns, and the next event.
    run: datetime | None
    delivery: datetime | None
    #: How many of both wait for a person.
    waiting: int

    def is_due(self, moment: datetime) -> bool:
        """Whether anything is due."""
        return any(each is not None and each <= moment for each in (self.run, self.delivery))

    def following(self, *, watch: datetime) -> datetime | None:
        """When something is due next; at `watch` at the latest if anything waits for a person."""
        times = (self.run, self.delivery, watch if self.waiting else None)
        return min(filter(None, times), default=None)


#: One statement, since each visit of the sweep asks.
_OUTLOOK = (
    "SELECT (SELECT min(next_attempt) FROM {runs} WHERE ended_at IS NULL AND owner IS NULL), {delivery},"
    " (SELECT count(*) FROM {runs} WHERE ended_at IS NULL AND state IN ('stuck', 'blocked')) + {given_up}"
)
_NEXT_DELIVERY = "(SELECT min(next_attempt) FROM run_delivery WHERE owner IS NULL)"
_GIVEN_UP = "(SELECT count(*) FROM run_delivery WHERE owner IS NULL AND next_attempt IS NULL)"


def outlook(plane: Plane) -> Outlook:
    """What is ahead in a plane; of the site's own runs no events are kept."""
    more = {"delivery": _NEXT_DELIVERY, "given_up": _GIVEN_UP}
    if plane.organisation is None:
        more = {"delivery": "NULL", "given_up": "0"}
    with plane.connection.cursor() as cursor:
        cursor.execute(_OUTLOOK.format(runs=plane.table, **more))
        run, delivery, waiting = cursor.fetchone()
    return Outlook(_moment(run), _moment(delivery), waiting)


def _moment(value: Any) -> datetime | None:
    """A time as the database gives it; SQLite gives text, in UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value if isinstance(value, datetime) else None


def mark_due(organisation: str, at: datetime) -> None:
    """Keep that something is due in an organisation at `at`, if nothing is due there earlier."""
    site = Plane(organisation=None)
    statement = inserted(site, {"organisation": organisation, "due_at": at}, table="run_due")
    with connections["control"].cursor() as cursor:
        cursor.execute(statement.text + _UNLESS_EARLIER, statement.params)


def as_json(value: Any) -> str:
    """`value`, of JSON values, UUIDs and times, as JSON."""
    return to_json(value).decode()


def _adapted(plane: Plane, values: Mapping[str, Any]) -> list[Any]:
    connection = plane.connection
    return [_adapted_value(connection, column, value) for column, value in values.items()]


def _adapted_value(connection: Any, column: str, value: Any) -> Any:
    if value is None:
        return None
    if column in _JSON:
        return as_json(value)
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and connection.vendor == "sqlite":
        return value.hex
    return value
