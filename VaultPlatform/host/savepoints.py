"""A savepoint that costs nothing until it is needed: the first SQL statement of the block opens it.

Inside an open transaction a plugin's failed statement would otherwise spoil everything the core has done in it; most
hook implementations issue none, and a savepoint is two round trips.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.transaction import Atomic


@contextmanager
def savepoint_once_used(alias: str) -> Iterator[None]:
    """Undo in the database `alias` what the block did, `on_commit` callbacks included, when it raises.

    To be used inside a transaction only.
    """
    connection = connections[alias]
    savepoint, callbacks = _Savepoint(alias), len(connection.run_on_commit)
    try:
        with connection.execute_wrapper(savepoint):
            yield
    except BaseException as error:
        savepoint.close(error)
        del connection.run_on_commit[callbacks:]
        raise
    savepoint.close(None)


class _Savepoint:
    """An execute wrapper that opens an atomic block before the first statement."""

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._atomic: Atomic | None = None

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        if self._atomic is None:
            self._atomic = Atomic(self._alias, savepoint=True, durable=False)
            self._atomic.__enter__()
        return execute(*statement)

    def close(self, error: BaseException | None) -> None:
        """Release the savepoint, or roll back to it because of `error`."""
        if self._atomic is not None:
            self._atomic.__exit__(
                type(error) if error else None, error, error.__traceback__ if error else None
            )
