"""PostgreSQL: `pg_dump` of each schema, all in one exported snapshot, so that control plane and organisations agree.

A dump a schema, because one of all would lock every table of the site at once, more than a server has room for. The
tools get the password in their environment, where other users cannot see it, and not among their arguments.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.db import Error, connections

from VaultPlatform.tenancy.archive.files import pieces_of
from VaultPlatform.tenancy.backup.problems import BackupFailed
from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.databases import CONTROL_SCHEMA
from VaultPlatform.tenancy.names import TEMPLATE_KEY, schema_of
from VaultPlatform.tenancy.own_databases import own_databases, settings_at

#: Bytes of what a tool complained of that are told.
_SAID = 500
#: Tables on which privileges were taken away from their owner, too: their triggers are named so.
_APPEND_ONLY = """
    SELECT c.relname
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND t.tgname = c.relname || '_append_only'"""


class PostgreSQLEngine:
    """Schemas of one database."""

    name, suffix = "postgresql", ".dump"

    def __init__(self) -> None:
        #: Label of the database, and schema.
        self._made: list[tuple[str, str]] = []

    def version(self) -> str:
        with connections["control"].cursor() as cursor:
            cursor.execute("SHOW server_version")
            return str(cursor.fetchone()[0])

    def check(self) -> None:
        """Both tools have to be there, and be as new as the server, which they would refuse otherwise."""
        server = int(self.version().split(".")[0])
        for tool in ("pg_dump", "pg_restore"):
            if _version_of(tool) < server:
                raise BackupFailed(
                    f"{tool} is of version {_version_of(tool)}, and the server of {server}: install PostgreSQL's client"
                    f" programs of version {server} or newer, and put them first in PATH."
                )

    @contextmanager
    def moment(self, folder: Path) -> Iterator["_Snapshots"]:
        with ExitStack() as stack:
            labels = ("", *own_databases())
            yield _Snapshots({label: stack.enter_context(_exported(label)) for label in labels})

    def what_is_there(self) -> str | None:
        """The site's database has to be empty; in one of an organisation's own a template may wait for it."""
        for label in ("", *own_databases()):
            reserved = [] if label else [CONTROL_SCHEMA, TEMPLATE_KEY]
            with _connected(label) as connection, connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nspname FROM pg_namespace WHERE nspname = ANY(%s) OR nspname LIKE 'org\\_%%' ORDER BY 1",
                    [reserved],
                )
                found = cursor.fetchone()
            if found:
                return f"the schema '{found[0]}' in the database" + (f" of '{label}'" if label else "")
        return None

    def restore(self, owner: Organisation | None, chunks: Iterable[bytes]) -> None:
        schema = _schema(owner)
        _run_with(
            ["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-acl"],
            chunks,
            label=_label(owner),
        )
        # Not before: what fails has made nothing, and a schema that was there is not ours to remove.
        self._made.append((_label(owner), schema))
        with _connected(_label(owner)) as connection, connection.cursor() as cursor:
            cursor.execute(_APPEND_ONLY, [schema])
            for (table,) in cursor.fetchall():
                cursor.execute(
                    f"REVOKE UPDATE, DELETE, TRUNCATE ON {_quoted(schema)}.{_quoted(table)} FROM CURRENT_USER"
                )

    def finish(self) -> None:
        """Every dump was its own transaction."""

    def undo(self) -> None:
        for label, schema in self._made:
            with suppress(Error), _connected(label) as connection, connection.cursor() as cursor:
                cursor.execute(f"DROP SCHEMA IF EXISTS {_quoted(schema)} CASCADE")


class _Snapshots:
    """What the databases were when their snapshots were exported: those of organisations' own an instant later."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def query(self, owner: Organisation | None, sql: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
        """In a transaction of its own, so that locks do not add up over organisations."""
        label = _label(owner)
        with _connected(label) as connection:
            connection.set_autocommit(False)
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET TRANSACTION SNAPSHOT %s", [self._names[label]])
                cursor.execute(f"SET LOCAL search_path TO {_quoted(_schema(owner))}")
                cursor.execute(sql, parameters)
                return list(cursor.fetchall())

    def dump(self, owner: Organisation | None) -> Iterator[bytes]:
        label, schema = _label(owner), f"--schema={_quoted(_schema(owner))}"
        snapshot = f"--snapshot={self._names[label]}"
        yield from _output_of(["pg_dump", "--format=custom", "--strict-names", snapshot, schema], label=label)


@contextmanager
def _connected(label: str) -> Iterator[Any]:
    """A new connection that serves no organisation, to the site's database or the one of the label."""
    connection = connections["control"].copy()
    connection.settings_dict = settings_at(label, connection.settings_dict)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _exported(label: str) -> Iterator[str]:
    """Name of a snapshot of that database, which is there during the block."""
    with _connected(label) as connection:
        connection.set_autocommit(False)
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            name = str(cursor.fetchone()[0])
        yield name


def _label(owner: Organisation | None) -> str:
    return "" if owner is None else owner.database


def _schema(owner: Organisation | None) -> str:
    return CONTROL_SCHEMA if owner is None else schema_of(owner)


def _quoted(name: str) -> str:
    return str(connections["control"].ops.quote_name(name))


def _database(label: str) -> list[str]:
    return [f"--dbname={settings_at(label, connections['control'].settings_dict)['NAME']}", "--no-password"]


def _environment(label: str) -> dict[str, str]:
    """Where the server is, and the password, as libpq reads them."""
    database = settings_at(label, connections["control"].settings_dict)
    told = {
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"],
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGSSLMODE": database["OPTIONS"].get("sslmode", ""),
        "PGCONNECT_TIMEOUT": str(database["OPTIONS"].get("connect_timeout", "")),
    }
    return {**os.environ, **{name: str(value) for name, value in told.items() if value}}


def _version_of(tool: str) -> int:
    try:
        said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise BackupFailed(
            f"The program {tool} is not there. Install PostgreSQL's client programs (on Debian: postgresql-client), and"
            " see that they are in PATH."
        ) from error
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0


def _output_of(command: list[str], *, label: str) -> Iterator[bytes]:
    """What a program writes, in pieces. Raises BackupFailed with its complaint if it fails."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*command, *_database(label)], stdout=subprocess.PIPE, stderr=said, env=_environment(label)
        )
        assert process.stdout is not None  # noqa: S101  # for the type checker
        whole = False
        try:
            yield from pieces_of(process.stdout)
            whole = True
        finally:  # whoever takes the pieces may have given up: that has its own reason
            process.stdout.close()
            if process.wait() != 0 and whole:
                raise _failed(command[0], said)


def _run_with(command: list[str], chunks: Iterable[bytes], *, label: str) -> None:
    """Give `chunks` to a program. Raises BackupFailed with its complaint if it fails."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*command, *_database(label)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=_environment(label),
        )
        assert process.stdin is not None  # noqa: S101  # for the type checker
        with suppress(BrokenPipeError):  # it has ended: why, it has said
            for chunk in chunks:
                process.stdin.write(chunk)
            process.stdin.close()
        if process.wait() != 0:
            raise _failed(command[0], said)


def _failed(tool: str, said: IO[bytes]) -> BackupFailed:
    said.seek(0)
    reason = " ".join(said.read(_SAID).decode(errors="replace").split())
    return BackupFailed(f"{tool} failed: {reason or 'it gave no reason'}.")
