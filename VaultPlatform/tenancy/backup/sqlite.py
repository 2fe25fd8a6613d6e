"""SQLite: each file is copied by SQLite's own online backup, which is of one moment and holds no writer up.

Files cannot be copied at one and the same moment. The control plane comes first: what it says of an organisation was
true of that organisation's file when that was copied later. It knows of an end of each audit chain, which the chain has
to contain; the other way round it might know of one that the older copy does not have yet.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from VaultPlatform.storage.files import make_folder, sync_folder
from VaultPlatform.tenancy.archive.files import pieces_of
from VaultPlatform.tenancy.backup.problems import BackupFailed
from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.databases import control_file, sqlite_uri
from VaultPlatform.tenancy.names import file_of
from VaultPlatform.tenancy.own_databases import own_databases, settings_at, settings_of

#: What the control plane is called among the copies.
_CONTROL = "control"


class SQLiteEngine:
    """Files in VAULT_HOME."""

    name, suffix = "sqlite", ".sqlite3"

    def __init__(self) -> None:
        self._home = Path(settings.VAULT_HOME)
        self._folder = Path(connections["default"].settings_dict["NAME"])
        self._made: list[Path] = []

    def version(self) -> str:
        return sqlite3.sqlite_version

    def check(self) -> None:
        """There is nothing to miss."""

    @contextmanager
    def moment(self, folder: Path) -> Iterator["_Copies"]:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as copies:
            yield _Copies(folder=Path(copies), path_of=self._path)

    def what_is_there(self) -> str | None:
        own = {Path(settings_at(label, {})["NAME"]) for label in own_databases()}
        there = [control_file(self._home)]
        for folder in (self._folder, *sorted(own)):
            there += [*sorted(folder.glob("*.sqlite3")), *sorted(folder.glob(".*.sqlite3"))]
        return next((f"the file {path}" for path in there if path.exists()), None)

    def restore(self, owner: Organisation | None, chunks: Iterable[bytes]) -> None:
        """The control plane's file gets its name at the very end: until then there is no site."""
        path = self._path(owner) if owner else self._draft
        make_folder(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._made.append(path)  # not before: a file that was there is not ours to remove
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        _check(path)

    def finish(self) -> None:
        self._draft.rename(control_file(self._home))
        self._made.append(control_file(self._home))
        for folder in (self._folder, self._home):
            if folder.exists():
                sync_folder(folder)

    def undo(self) -> None:
        connections.close_all()
        for path in self._made:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)

    @property
    def _draft(self) -> Path:
        return self._home / ".restoring-control.sqlite3"

    def _path(self, owner: Organisation | None) -> Path:
        if owner is None:
            return control_file(self._home)
        return file_of(owner, Path(settings_of(owner, connections["default"].settings_dict)["NAME"]))


class _Copies:
    """Copies that are made when they are first asked for, the control plane's at once."""

    def __init__(self, *, folder: Path, path_of: Any) -> None:
        self._folder, self._path_of = folder, path_of
        self._copy(None)

    def query(self, owner: Organisation | None, sql: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
        with closing(sqlite3.connect(self._copy(owner))) as database:
            return database.execute(sql.replace("%s", "?"), parameters).fetchall()

    def dump(self, owner: Organisation | None) -> Iterator[bytes]:
        path = self._copy(owner)
        with path.open("rb") as file:
            yield from pieces_of(file)
        if owner is not None:
            path.unlink()

    def _copy(self, owner: Organisation | None) -> Path:
        path = self._folder / (owner.key if owner else _CONTROL)
        if not path.exists():
            path.touch(mode=0o600)
            with (
                closing(sqlite3.connect(sqlite_uri(self._path_of(owner)), uri=True)) as database,
                closing(sqlite3.connect(path)) as copy,
            ):
                database.backup(copy)
        return path


def _check(path: Path) -> None:
    """Have SQLite look at every page, before anything relies on it."""
    try:
        with closing(sqlite3.connect(sqlite_uri(path), uri=True)) as database:
            [said] = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        said = str(error)
    if said != "ok":
        raise BackupFailed(f"The database {path.name} of the backup is damaged: {said}.")
