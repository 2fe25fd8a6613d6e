"""What a backup needs of a database engine."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from django.db import connections

from VaultPlatform.tenancy.context import Organisation


class Moment(Protocol):
    """All databases of the site at one moment."""

    def query(self, owner: Organisation | None, sql: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
        """Rows of an organisation's database, or of the control plane's if `owner` is None; tables are named bare."""

    def dump(self, owner: Organisation | None) -> Iterator[bytes]:
        """The database as bytes that `Engine.restore` takes."""


class Engine(Protocol):
    """One module an engine."""

    #: As the settings call it.
    name: str
    #: What a dump's name ends in.
    suffix: str

    def version(self) -> str:
        """Of the server, or the library."""

    def check(self) -> None:
        """Raises BackupFailed, saying what to do, if a tool is missing."""

    def moment(self, folder: Path) -> AbstractContextManager[Moment]:
        """The databases as they are at the beginning of the block; `folder` has room for a copy of one."""

    def what_is_there(self) -> str | None:
        """What keeps a site from being restored here; None in an empty place."""

    def restore(self, owner: Organisation | None, chunks: Iterable[bytes]) -> None:
        """Make a database of a dump."""

    def finish(self) -> None:
        """All databases are there."""

    def undo(self) -> None:
        """Remove what `restore` has made."""


def engine() -> Engine:
    """That of the settings."""
    if connections["default"].vendor == "sqlite":
        from VaultPlatform.tenancy.backup.sqlite import SQLiteEngine

        return SQLiteEngine()
    from VaultPlatform.tenancy.backup.postgresql import PostgreSQLEngine

    return PostgreSQLEngine()
