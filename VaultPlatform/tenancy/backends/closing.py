"""What is written at the very end of a transaction, whoever opened it: right before its COMMIT, and with it.

A row lock that everybody needs is held for no longer than that, and none is waited for after it, so it can be part of
no deadlock. On PostgreSQL the last statement and COMMIT are one message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError

from VaultPlatform.tenancy.context import Organisation, use

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper as Wrapper
else:
    Wrapper = object


class WrittenAtCommit:
    """Give one to `transaction.on_commit`: it writes with the transaction, and is called after it.

    It is dropped with the savepoint, or the transaction, that is rolled back. All of one transaction are of one class.
    """

    def __call__(self) -> None:
        """Called after the commit."""

    @classmethod
    def write(
        cls, connection: Any, cursor: Any, works: Sequence[WrittenAtCommit]
    ) -> tuple[str, Sequence[Any]] | None:
        """Write `works`, all of the transaction's, but for the last statement, which is returned; None for nothing."""
        raise NotImplementedError

    def failure(self, error: Exception) -> DatabaseError:
        """The error that the transaction fails with because of `error`."""
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
            return bool(self.connection.info.transaction_status.name == "IDLE")
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

    def _write(self, works: Sequence[WrittenAtCommit]) -> bool:
        """Write `works`; whether COMMIT went with them."""
        joins = self.vendor == "postgresql"
        try:
            with self.cursor() as cursor:
                last = works[0].write(self, cursor, works)
                if last is None:
                    return False
                statement, params = last
                cursor.execute(f"{statement};COMMIT" if joins else statement, params)
        except Exception as error:
            if (
                joins
                and self.connection is not None
                and self.connection.info.transaction_status.name == "IDLE"
            ):
                raise  # the COMMIT itself failed, as a deferred constraint makes it
            raise works[0].failure(error) from error
        return joins
