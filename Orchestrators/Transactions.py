"""What the engine asks of the database: transactions for its steps, and whether one is still sound."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from psycopg.pq import TransactionStatus

from Orchestrators.Errors import TransactionError
from Orchestrators.Steps import Step, StepKind, name_of

logger = logging.getLogger(__name__)


def open_blocks() -> int:
    """How many `transaction.atomic()` blocks are open in this thread, on any database."""
    return sum(len(connections[alias].atomic_blocks) for alias in connections)


@contextmanager
def scope(kind: StepKind, *, on_effects: Callable[[], None] | None = None) -> Iterator[None]:
    """The transaction in which steps of that kind run; none for external ones.

    `on_effects` is called at the end if the effects stand: after the commit, for external steps always. What
    a step gave to transaction.on_commit cannot fail the run any more: it is logged if it raises.
    """
    stands = [kind is StepKind.EXTERNAL]
    try:
        if kind is StepKind.EXTERNAL:
            yield
        else:
            with transaction.atomic():
                transaction.on_commit(lambda: stands.append(True))
                yield
            stands.append(True)
    except Exception:
        if kind is StepKind.EXTERNAL or not any(stands):
            raise
        logger.exception(
            "A callback given to transaction.on_commit failed; the steps before it stay committed"
        )
    finally:
        if any(stands) and on_effects is not None:
            on_effects()


def require_sound(function: Callable[..., object]) -> None:
    """Raise TransactionError if the open transaction can only be rolled back though `function` ended well.

    Django and PostgreSQL would roll it back without a word.
    """
    here = connections[DEFAULT_DB_ALIAS]
    if here.needs_rollback or _aborted_on_server(here):
        raise TransactionError(
            f"{name_of(function)} ended normally, but its transaction can only be rolled back: it caught a "
            "database error and went on, or called set_rollback(True). Put the statement that may fail into "
            "a transaction.atomic() of its own, inside the try."
        )


def require_no_transaction(step: Step) -> None:
    """Raise TransactionError if a transaction is open: an external step would outlive its rolling back."""
    if open_blocks():
        raise TransactionError(
            f"{step} is an @external_step, and execute() was called inside transaction.atomic(); nothing has "
            "run. What it does outside would stay when that transaction rolls back: call execute() outside "
            "of it."
        )


def _aborted_on_server(here: Any) -> bool:
    if here.vendor != "postgresql" or here.connection is None:
        return False
    return bool(here.connection.pgconn.transaction_status == TransactionStatus.INERROR)
