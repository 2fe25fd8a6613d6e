"""Commits that need not be on disk when they are answered, since whoever reads later bears that they are undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def hasty(connection: Any) -> Iterator[None]:
    """In the block, SQLite does not wait for the disk: a killed process loses nothing by that, a power cut may.

    Nothing changes inside a transaction, nor on PostgreSQL, where the message has to say so itself.
    """
    connection.ensure_connection()
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    raw = connection.connection
    raw.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        raw.execute("PRAGMA synchronous=FULL")
