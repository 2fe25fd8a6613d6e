"""What the engine asks of the database: transactions for its steps, and whether one is still sound."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.db import connections, transaction
from psycopg.pq import TransactionStatus

from Orchestrators.Errors import TransactionError
from Orchestrators.Steps import Step, name_of

logger = logging.getLogger(__name__)


def open_blocks() -> int:
    """How many `transaction.atomic()` blocks are open in this thread, on any database."""
    return sum(len(connections[alias].atomic_blocks) for alias in connections)


class StepTransaction:
    """The transaction in which steps run that are not external.

    What a step gave to transaction.on_commit cannot fail the run any more: it is logged if it raises.
    """

    def __init__(self) -> None:
        """Not begun yet."""
        #: whether what was done in it stands: it is committed, or part of an open one around it
        self.stands = False
        self._atomic = transaction.atomic()

    def __enter__(self) -> None:
        self._atomic.__enter__()
        try:
            transaction.on_commit(self._committed)
        except BaseException as error:
            self._atomic.__exit__(type(error), error, error.__traceback__)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._atomic.__exit__(kind, error, trace)
        except Exception:
            if not self.stands:
                raise
            logger.exception(
                "A callback given to transaction.on_commit failed; the steps before it stay committed"
            )
        else:
            self.stands = self.stands or error is None

    def _committed(self) -> None:
        self.stands = True


def require_sound(here: Any, function: Callable[..., object]) -> None:
    """Raise TransactionError if the open transaction can only be rolled back though `function` ended well.

    `here`: the database connection. Django and PostgreSQL would roll it back without a word.
    """
    if here.needs_rollback or _aborted_on_server(here):
        raise TransactionError(
            f"{name_of(function)} ended normally, but its transaction can only be rolled back: it caught a "
            "database error and went on, or called set_rollback(True). Put the statement that may fail into "
            "a transaction.atomic() of its own, inside the try."
        )


def inside_transaction(step: Step) -> TransactionError:
    """What is raised for an external step if a transaction is open: it would outlive its rolling back."""
    return TransactionError(
        f"{step} is an @external_step, and execute() was called inside transaction.atomic(); nothing has "
        "run. What it does outside would stay when that transaction rolls back: call execute() outside "
        "of it."
    )


def _aborted_on_server(here: Any) -> bool:
    raw = here.connection if here.vendor == "postgresql" else None
    return raw is not None and raw.pgconn.transaction_status == TransactionStatus.INERROR
