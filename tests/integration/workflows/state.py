"""All that a workflow could change: every row of the organisation and of the site, every database, every file."""

from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

State = dict[str, Counter[Any]]
#: Rows of these tables are named by nothing but their number, so one that was written again is as good as before.
_NUMBERED = {"VaultModels_documenttag"}
#: Tables of what was done, which nothing takes back.
_HISTORY = {"audit_entry", "audit_head", "audit_anchor", "site_audit_entry", "site_audit_head"}
#: Columns of what was said of plugins that tell when it was; a row of which nothing is left is as good as none.
_SAID_WHEN = {"id", "seq"}
#: Tables that say which processes execute runs.
_OWNERS = {"run_owner", "run_owned_organisation", "run_due"}
#: The journal: a run that was undone stays in it, as undone.
_JOURNAL = {"run", "site_run"}
#: Files that come and go with connections and locks, and hold nothing of their own.
_ASIDE = ("-wal", "-shm", "-journal", "lock")


def everything(*, history: bool = True) -> State:
    """What there is now, by table, and the names of databases and the content of files.

    Without `history`, audit chains are left out: an act that was done and then undone, not rolled back, stays in them
    with its undoing.
    """
    past = _OWNERS if history else _OWNERS | _HISTORY
    rows = {
        f"{alias} {table}": Counter(_rows(alias, table))
        for alias in ("default", "control")
        for table in _tables(alias)
        if table not in past
    }
    return {**rows, "databases": Counter(_databases()), "files": Counter(_files())}


def differences(before: State, after: State) -> dict[str, Any]:
    """What has gone and what has come, by table; empty if all is as it was."""
    places = {place: (before.get(place, Counter()), after.get(place, Counter())) for place in before | after}
    return {
        place: {"gone": list((old - new).elements()), "new": list((new - old).elements())}
        for place, (old, new) in places.items()
        if old != new
    }


def _tables(alias: str) -> list[str]:
    connection = connections[alias]
    assert not connection.in_atomic_block
    return list(connection.introspection.table_names())


def _rows(alias: str, table: str) -> list[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connections[alias].ops.quote_name(table)}")
        names = [column[0] for column in cursor.description]
        kept = [index for index, name in enumerate(names) if name != "id" or table not in _NUMBERED]
        if table == "plugin_switch":
            kept = [index for index, name in enumerate(names) if name not in _SAID_WHEN]
        rows = [[row[index] for index in kept] for row in cursor.fetchall()]
        if table == "plugin_switch":
            said = [kept.index(names.index(name)) for name in ("allowed", "switched_on")]
            rows = [row for row in rows if any(row[index] is not None for index in said)]
    return [repr(row) for row in rows if table not in _JOURNAL or "compensated" not in row]


def _databases() -> list[str]:
    """The schemas of the database; on SQLite a database is a file, and is among those."""
    if connections["control"].vendor == "sqlite":
        return []
    with connections["control"].cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%%'", [])
        return [name for (name,) in cursor.fetchall()]


def _files() -> list[tuple[str, str]]:
    """Path and digest of every file of the site's state; of databases the path alone, for their rows are compared."""
    home = Path(settings.VAULT_HOME)
    found = [path for path in home.rglob("*") if path.is_file() and not path.name.endswith(_ASIDE)]
    return [
        (
            str(path.relative_to(home)),
            "" if path.suffix == ".sqlite3" else sha256(path.read_bytes()).hexdigest(),
        )
        for path in found
    ]
