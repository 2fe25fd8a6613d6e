"""Counting what a request asks of the organisation's database."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

_DATA = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE)\b")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements on data that the block makes, filled in at its end; BEGIN and COMMIT are left out."""
    made: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield made
    made += [query["sql"] for query in captured.captured_queries if _DATA.search(query["sql"])]
