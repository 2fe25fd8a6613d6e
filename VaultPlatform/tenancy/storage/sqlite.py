"""Organisations' databases as SQLite files."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connections, transaction

from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.databases import control_file, sqlite_uri
from VaultPlatform.tenancy.names import TEMPLATE, file_of
from VaultPlatform.tenancy.own_databases import settings_of

#: Beginning of the name of a copy in the making.
_DRAFT = ".creating-"


class SQLiteStorage:
    """Files in the folder that `default` names; the control plane's file and the lock's lie beside that folder."""

    def __init__(self) -> None:
        self.folder = Path(connections["default"].settings_dict["NAME"])
        self.home = self.folder.parent

    @contextmanager
    def lock(self, *, for_long: bool = False, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "organisations.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if waiting is not None:
                    waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def file(self, organisation: Organisation) -> Path:
        """Where the organisation's rows are, or would be."""
        settings = settings_of(organisation, connections["default"].settings_dict)
        return file_of(organisation, Path(settings["NAME"]))

    def prepare_control(self) -> None:
        _make(control_file(self.home))

    def exists(self, organisation: Organisation) -> bool:
        return self.file(organisation).exists()

    def create_empty(self, organisation: Organisation) -> None:
        _make(self.file(organisation))

    @contextmanager
    def cloning(self, organisation: Organisation) -> Iterator[None]:
        final = self.file(organisation)
        final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = final.with_name(f"{_DRAFT}{final.name}")
        for abandoned in final.parent.glob(f"{_DRAFT}*"):  # by a process that was killed: the lock is ours
            abandoned.unlink()
        try:
            _copy(self.file(TEMPLATE), draft)
            with transaction.atomic(using="control"):
                yield
                draft.rename(final)
                _sync(final.parent)
        except BaseException:
            _remove(draft)
            _remove(final)
            raise

    @contextmanager
    def dropping(self, organisation: Organisation) -> Iterator[None]:
        with transaction.atomic(using="control"):
            yield
            # Before the commit: if this process is killed in between, the row is there for another attempt.
            connections["default"].close()
            _remove(self.file(organisation))


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        return
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")


def _copy(source: Path, target: Path) -> None:
    _remove(target)
    target.touch(mode=0o600)  # its user's alone, whoever may look into the folder
    with (
        closing(sqlite3.connect(sqlite_uri(source), uri=True)) as database,
        closing(sqlite3.connect(target)) as copy,
    ):
        database.backup(copy)
        copy.execute("PRAGMA journal_mode=WAL")
    _sync(target)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
