"""All that an activation could change, read from the outside: to be compared before and after."""

import sqlite3
from typing import Any

import psycopg

from tests.integration.host.sites import Site

_QUERIES = {
    "migrations": "SELECT app, name FROM {schema}django_migrations ORDER BY app, name",
    "types": "SELECT app_label, model FROM {schema}django_content_type ORDER BY app_label, model",
}


def state_of(site: Site) -> dict[str, Any]:
    """The settings' bytes, what is beside them, and tables, migrations and content types of each database."""
    folder = sorted(path.name for path in site.home.iterdir() if path.name != "var")
    settings = (site.home / "VaultSettings.json").read_bytes()
    failures = site.home / "var" / "plugin_migrations_failed.json"
    return {
        "settings": settings,
        "folder": folder,
        "failures": failures.read_text() if failures.exists() else None,
        "databases": _postgresql(site) if site.database else _sqlite(site),
    }


def _sqlite(site: Site) -> dict[str, Any]:
    found = {}
    for file in sorted((site.home / "var" / "organisations").glob("*.sqlite3")):
        with sqlite3.connect(file) as database:
            names = database.execute(
                "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
            ).fetchall()
            found[file.name] = {"tables": names} | {
                key: database.execute(query.format(schema="")).fetchall() for key, query in _QUERIES.items()
            }
        database.close()
    return found


def _postgresql(site: Site) -> dict[str, Any]:
    options = {key: site.database[key] for key in ("host", "port", "user")}
    with psycopg.connect(dbname=site.database["name"], **options) as database:
        tables = database.execute(
            "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema LIKE 'org\\_%' OR table_schema IN ('template', 'control')"
            " ORDER BY 1, 2, ordinal_position"
        ).fetchall()
        schemas = sorted({row[0] for row in tables} - {"control"})
        contents = {
            schema: {
                key: database.execute(query.format(schema=f'"{schema}".')).fetchall()  # type: ignore[call-overload]
                for key, query in _QUERIES.items()
            }
            for schema in schemas
        }
    return {"tables": tables, **contents}
