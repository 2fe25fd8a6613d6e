"""What is written at the very end of a transaction, whoever opened it: right before its COMMIT, and with it.

A row lock that everybody needs is held for no longer than that, and none is waited for after it, so it can be part of
no deadlock. On PostgreSQL the last statement and COMMIT are one message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django.db import transaction
from psycopg.pq import TransactionStatus

from VaultPlatform.tenancy.context import Organisation, current_or_none, use

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper as Wrapper
else:
    Wrapper = object


class Statement(NamedTuple):
    """One statement with its parameters."""

    text: str
    params: list[Any]
    #: is given the rows that the statement returns
    taken: Callable[[list[Any]], None] | None = None


class Call(NamedTuple):
    """A call of one of the core's functions in PostgreSQL."""

    #: such as "run_inserted(%s)"
    text: str
    params: list[str | None]
    #: is given the rows that the function returns
    taken: Callable[[list[Any]], None] | None = None
    #: to be left out if the transaction has written nothing else
    only_if_written: bool = False


class WrittenAtCommit:
    """Give one to `transaction.on_commit`: it writes with the transaction, and is called after it.

    It is dropped with the savepoint, or the transaction, that is rolled back.
    """

    #: Classes of them write in the order of these numbers.
    turn: ClassVar[int] = 0

    def __call__(self) -> None:
        """Called after the commit, in its turn with whatever else was given to `transaction.on_commit`."""

    def committed(self) -> None:
        """Called right after the commit, before all that; raises nothing."""

    @classmethod
    def write(cls, connection: Any, works: Sequence[Any]) -> list[Any]:
        """What writes `works`, all of this class in the transaction: calls on PostgreSQL, statements on SQLite."""
        raise NotImplementedError

    @classmethod
    def check(cls, statement: str, cursor: Any) -> None:
        """Called on SQLite after each statement; may raise."""

    def failure(self, error: Exception) -> Exception | None:
        """The error that the transaction fails with because of `error`; None if that is not this one's business."""
        raise NotImplementedError


class ClosingTransactions(Wrapper):
    """Mixed in before a DatabaseWrapper that serves organisations."""

    bound: Organisation | None

    #: SQLite's count of changed rows when the transaction began.
    changes_before = 0
    #: What is written at the end of the block of `together`; None outside of any.
    _gathered: list[WrittenAtCommit] | None = None

    @property
    def is_gathering(self) -> bool:
        """Whether there is an end to write at: that of a transaction, or of a block of `together`."""
        return self._gathered is not None or self.in_atomic_block

    def at_end(self, work: WrittenAtCommit) -> None:
        """Have `work` written at that end."""
        if self._gathered is None or self.in_atomic_block:
            self.on_commit(work)
        else:
            self._gathered.append(work)

    @contextmanager
    def together(self) -> Iterator[None]:
        """A transaction of nothing but what is given to `at_end` in the block: on PostgreSQL one message is enough."""
        if self.vendor != "postgresql" or self.is_gathering:
            with transaction.atomic(using=self.alias):
                yield
            return
        works = self._gathered = []
        try:
            yield
        finally:
            self._gathered = None
        if works:
            self._write(works)
            for work in works:
                work.committed()
            for work in works:
                work()

    def wrote_nothing(self) -> bool:
        """Whether the open transaction has surely written nothing so far."""
        if self.connection is None:
            return True
        if self.vendor == "postgresql":  # not even begun; what else it did is for SQL to ask
            return bool(self.connection.pgconn.transaction_status == TransactionStatus.IDLE)
        return bool(self.connection.total_changes == self.changes_before)

    def _commit(self) -> None:
        works = [each[1] for each in self.run_on_commit if isinstance(each[1], WrittenAtCommit)]
        joined = False
        if works and self.bound is not None:
            with nullcontext() if current_or_none() is self.bound else use(self.bound):
                joined = self._write(works, "COMMIT")
        if not joined:
            super()._commit()  # type: ignore[misc]  # Django's own, which its stubs leave out
        for work in works:
            work.committed()

    def _write(self, works: Sequence[WrittenAtCommit], *ending: str) -> bool:
        """Write `works`; whether `ending` went with them."""
        alike = _in_turn(works)
        try:
            if self.vendor != "postgresql":
                for group in alike:
                    run_one_by_one(self, type(group[0]), group[0].write(self, group))
            elif calls := [call for group in alike for call in group[0].write(self, group)]:
                run_together(self, calls, *ending)
                return True
        except Exception as error:
            if ending and self._is_over():
                raise
            for work in sorted(works, key=lambda work: -work.turn):
                if (failure := work.failure(error)) is not None:
                    raise failure from error
            raise
        return False

    def _is_over(self) -> bool:
        """Whether COMMIT itself has failed, as a deferred constraint makes it: that is nobody's business here."""
        return (
            self.vendor == "postgresql"
            and self.connection is not None
            and self.connection.pgconn.transaction_status == TransactionStatus.IDLE
        )


def _in_turn(works: Sequence[WrittenAtCommit]) -> list[list[WrittenAtCommit]]:
    """`works` by their classes, these in the order in which they write."""
    by_class: dict[type[WrittenAtCommit], list[WrittenAtCommit]] = {}
    for work in works:
        by_class.setdefault(type(work), []).append(work)
    return [by_class[each] for each in sorted(by_class, key=attrgetter("turn"))]


#: Calls in one statement; PostgreSQL takes 1664.
_MOST = 500
#: A row that was locked counts as written.
_IF_WRITTEN = " WHERE pg_current_xact_id_if_assigned() IS NOT NULL"


def run_together(connection: Any, calls: Sequence[Call], *ending: str) -> None:
    """Make calls in their order, and what ends them, as one message; those that return nothing by one statement."""
    alike = [list(group) for _, group in groupby(calls, attrgetter("only_if_written", "taken"))]
    groups = [group[at : at + _MOST] for group in alike for at in range(0, len(group), _MOST)]
    texts = [
        f"SELECT {', '.join([call.text for call in group])}{_IF_WRITTEN if group[0].only_if_written else ''}"
        for group in groups
    ]
    answer = connection.exchange(
        ";".join((*texts, *ending)), [value for call in calls for value in call.params]
    )
    for number, group in enumerate(groups):
        if (taken := group[0].taken) is not None:
            taken(answer.rows(number))


def run_one_by_one(connection: Any, kind: type[WrittenAtCommit], statements: Sequence[Statement]) -> None:
    """Run statements where each is a message of its own, checked by the class that it belongs to."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.text, statement.params)
            kind.check(statement.text, cursor)
            if statement.taken is not None:
                statement.taken(cursor.fetchall())
