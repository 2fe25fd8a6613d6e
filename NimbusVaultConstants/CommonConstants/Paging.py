"""Lists in pages: one shape for all of them, and the same number of queries for one row as for two hundred."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from django.db.models import QuerySet

Row = TypeVar("Row")

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
#: Fits the integers of every database.
MAX_OFFSET: Final = 2**31 - 1


def page_of(
    rows: QuerySet[Any] | Sequence[Row], *, limit: int, offset: int, shown: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """``{"results": […], "total": n}``: at most `limit` of `rows` from `offset` on, each as `shown` makes it.

    A QuerySet has to be ordered, down to a unique column; it costs one query for the total and one for the page, beside
    those that it prefetches.
    """
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    return {"results": [shown(row) for row in rows[offset : offset + limit]], "total": total}
