"""Appending to a chain, in SQL: the head is locked and moved on, and the entry gets its number and hash from it.

On PostgreSQL a function of the database does it, and its calls go to the server together with COMMIT: entries cost no
message of their own, and the head is locked for no round trip. The anchor moves with them where the control plane is in
the same database; elsewhere (SQLite, an organisation with a database of its own) it follows right after the commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connections, transaction

from VaultPlatform import tenancy
from VaultPlatform.audit.anchors import Move, follow_or_log
from VaultPlatform.audit.canonical import digest
from VaultPlatform.audit.entries import Entry
from VaultPlatform.audit.exceptions import AuditFailed
from VaultPlatform.tenancy.backends.closing import Call, Statement, WrittenAtCommit

_COLUMNS = ", ".join(Entry._fields)  # noqa: SLF001  # as a named tuple tells them
_MARKS = ", ".join(["%s"] * len(Entry._fields))  # noqa: SLF001


class Pending(WrittenAtCommit):
    """An entry of the current organisation's chain, from when it is recorded until the transaction has ended."""

    def __init__(self, entry: Entry, *, only_if_written: bool = False) -> None:
        """`only_if_written`: to be left out if the transaction turns out to have written nothing else."""
        self.entry, self.only_if_written = entry, only_if_written
        self.organisation = tenancy.current()
        #: Set on one of the transaction's entries, if the anchor did not move with them.
        self.to_follow: Move | None = None

    def __call__(self) -> None:
        """After the commit: have the anchor follow, where it did not move with the entry."""
        if self.to_follow is not None:
            follow_or_log(self.organisation, self.to_follow)

    @classmethod
    def write(cls, connection: Any, works: Sequence[Any]) -> list[Any]:
        """What appends the entries of one transaction."""
        first: Pending = works[0]
        if (needless := all(each.only_if_written for each in works)) and connection.wrote_nothing():
            return []
        if connection.vendor == "postgresql":
            organisation = first.organisation
            together = not organisation.database and _has_control()
            first.to_follow = None if together else Move()
            anchored = organisation.key if together else None
            return [
                Call("audit_append(%s, %s)", [anchored, each.entry.payload], only_if_written=needless)
                for each in works
            ]
        with connection.cursor() as cursor:
            entries = [each.entry for each in works]
            statements, first.to_follow = _appending(cursor, connection, entries, prefix="")
        return statements

    def failure(self, error: Exception) -> DatabaseError | None:
        """What the transaction fails with; a database that cannot be reached keeps its own error."""
        if isinstance(error, OperationalError):
            return None
        return AuditFailed(chain=f"organisation '{self.organisation.slug}'", reason=error)


def append_to_site(entry: Entry) -> None:
    """Append to the site's chain, in the open transaction of `control` or in one of its own. Raises AuditFailed."""
    connection = connections["control"]
    try:
        with transaction.atomic(using="control"), connection.cursor() as cursor:
            statements, _ = _appending(cursor, connection, [entry], prefix="site_")
            for statement in statements:
                cursor.execute(statement.text, statement.params)
    except OperationalError:
        raise
    except (DatabaseError, LookupError) as error:
        raise AuditFailed(chain="the site", reason=error) from error


def _appending(
    cursor: Any, connection: Any, entries: Sequence[Entry], *, prefix: str
) -> tuple[list[Statement], Move]:
    """Lock the head; the statements that append `entries` and move it."""
    lock = (
        "FOR UPDATE" if connection.vendor == "postgresql" else ""
    )  # SQLite's transaction is a lock by itself
    cursor.execute(f"SELECT seq, hash FROM {prefix}audit_head WHERE id = 1 {lock}")  # noqa: S608  # nosec B608  # our own names
    head = cursor.fetchone()
    if head is None:
        raise LookupError(f"the row of {prefix}audit_head is gone")
    before = (int(head[0]), str(head[1]))
    ends, rows = [before], []
    for entry in entries:
        seq, previous = ends[-1][0] + 1, ends[-1][1]
        ends.append((seq, digest(previous=previous, seq=seq, payload=entry.payload)))
        at, *values = entry
        rows += [*ends[-1], connection.ops.adapt_datetimefield_value(at), *values]
    marks = ", ".join([f"(%s, %s, {_MARKS})"] * len(entries))
    insert = f"INSERT INTO {prefix}audit_entry (seq, hash, {_COLUMNS}) VALUES {marks}"  # noqa: S608  # nosec B608  # our own names
    moved = f"UPDATE {prefix}audit_head SET seq = %s, hash = %s, previous = %s WHERE id = 1"  # noqa: S608  # nosec B608
    statements = [Statement(insert, rows), Statement(moved, [*ends[-1], ends[-2][1]])]
    return statements, Move(before=before, seq=ends[-1][0], hash=ends[-1][1])


@cache
def _has_control() -> bool:
    """Whether the organisations that have no database of their own are in that of the control plane."""
    here, control = connections.settings[DEFAULT_DB_ALIAS], connections.settings["control"]
    return all(here[key] == control[key] for key in ("NAME", "HOST", "PORT"))
