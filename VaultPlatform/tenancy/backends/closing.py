"""What is written at the very end of a transaction, whoever opened it: right before its COMMIT, and with it.

A row lock that everybody needs is held for no longer than that, and none is waited for after it, so it can be part of
no deadlock. On PostgreSQL the last statement and COMMIT are one message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from psycopg.pq import TransactionStatus

from VaultPlatform.tenancy.context import Organisation, use

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


def take_rows(cursor: Any, statements: Sequence[Statement]) -> None:
    """Hand out what a message of several statements, which `cursor` has executed, returned."""
    if all(statement.taken is None for statement in statements):
        return
    for statement in statements:
        if statement.taken is not None:
            statement.taken(cursor.fetchall())
        cursor.nextset()


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
    def write(cls, connection: Any, cursor: Any, works: Sequence[Any]) -> list[Statement]:
        """The statements that write `works`, all of this class in the transaction.

        What they have to be asked for first is done by `cursor`.
        """
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

    def wrote_nothing(self) -> bool:
        """Whether the open transaction has surely written nothing so far."""
        if self.connection is None:
            return True
        if self.vendor == "postgresql":  # not even begun; what else it did is for SQL to ask
            return bool(self.connection.pgconn.transaction_status == TransactionStatus.IDLE)
        return bool(self.connection.total_changes == self.changes_before)

    def _commit(self) -> None:
        functions = [function for _, function, *_ in self.run_on_commit]
        works = [function for function in functions if isinstance(function, WrittenAtCommit)]
        joined = False
        if works and self.bound is not None:
            with use(self.bound):
                joined = self._write(works)
        if not joined:
            super()._commit()  # type: ignore[misc]  # Django's own, which its stubs leave out
        for work in works:
            work.committed()

    def _write(self, works: Sequence[WrittenAtCommit]) -> bool:
        """Write `works`; whether COMMIT went with them."""
        kinds = sorted({type(work) for work in works}, key=lambda kind: kind.turn)
        joins = self.vendor == "postgresql"
        try:
            with self.cursor() as cursor:
                statements = [
                    (kind, statement)
                    for kind in kinds
                    for statement in kind.write(self, cursor, [work for work in works if type(work) is kind])
                ]
                if not joins or not statements:
                    run_one_by_one(cursor, statements)
                    return False
                text = ";".join([each.text for _, each in statements] + ["COMMIT"])
                cursor.execute(text, [value for _, each in statements for value in each.params])
                take_rows(cursor, [each for _, each in statements])
        except Exception as error:
            if (
                joins
                and self.connection is not None
                and self.connection.pgconn.transaction_status == TransactionStatus.IDLE
            ):
                raise  # the COMMIT itself failed, as a deferred constraint makes it
            for work in sorted(works, key=lambda work: -work.turn):
                if (failure := work.failure(error)) is not None:
                    raise failure from error
            raise
        return joins


def run_one_by_one(cursor: Any, statements: Sequence[tuple[type[WrittenAtCommit], Statement]]) -> None:
    """Run statements where each is a message of its own, checked by the class that it belongs to."""
    for kind, statement in statements:
        cursor.execute(statement.text, statement.params)
        kind.check(statement.text, cursor)
        if statement.taken is not None:
            statement.taken(cursor.fetchall())
