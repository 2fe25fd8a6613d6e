"""How many statements a block sends: those of this thread, and those on connections of their own beside it."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created

from tests.clients import statements

#: What opens, names and closes transactions: no work of a route's own.
_FRAMING = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET LOCAL)\b")


@contextmanager
def all_statements() -> Iterator[Callable[[], dict[str, int]]]:
    """Like `tests.clients.statements`, with those of helper threads and of connections that are opened meanwhile."""
    known = [connections[alias] for alias in ("default", "control")]
    beside: Counter[str] = Counter()

    def watched(connection: Any, **_: Any) -> None:
        def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  # Django's
            of_a_request = threading.current_thread().name != "vault-lease"
            beside[connection.alias] += of_a_request and not _FRAMING.match(sql)
            return execute(sql, params, many, context)

        if connection not in known and count not in connection.execute_wrappers:
            connection.execute_wrappers.append(count)

    connection_created.connect(watched, weak=False)
    try:
        with statements() as counted:
            yield lambda: {alias: number + beside[alias] for alias, number in counted().items()}
    finally:
        connection_created.disconnect(watched)
