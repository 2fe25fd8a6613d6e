"""Looking at a chain as a reader does, and behind its back as somebody does who may do everything in the database."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from VaultPlatform.audit.reading import OrganisationChain
from VaultPlatform.audit.service import (
    audit_anchor_service,
    audit_entry_service,
    audit_head_service,
    site_audit_entry_service,
)
from VaultPlatform.audit.verification import Report, verify
from VaultPlatform.tenancy import current

#: Taken out and put back by `unguarded`.
_TRIGGERS = ("audit_entry_once", "audit_entry_no_update", "audit_entry_no_delete", "audit_head_no_delete")


def entries(**filters: Any) -> list[dict[str, Any]]:
    """The entries of the current organisation, in order: their payloads, with `seq` and `hash`."""
    rows = audit_entry_service.filter(**filters).order_by("seq")
    return [{**json.loads(row.payload), "seq": row.seq, "hash": row.hash} for row in rows]


def actions() -> list[str]:
    """What they are about."""
    return [entry["action"] for entry in entries()]


def site_entries() -> list[dict[str, Any]]:
    """Those of the site's chain."""
    return [json.loads(row.payload) for row in site_audit_entry_service.filter().order_by("seq")]


def head() -> tuple[int, str]:
    row = audit_head_service.get(id=1)
    return row.seq, row.hash


def anchor() -> tuple[int, str]:
    row = audit_anchor_service.get(organisation=current().key)
    return row.seq, row.hash


def verified() -> Report:
    return verify(OrganisationChain())


def sql(statement: str, *params: Any) -> list[Any]:
    """Run one statement on the organisation's database, as whoever the application is there."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def unguarded() -> Iterator[None]:
    """Inside, the current organisation's chain can be changed like any table."""
    if connection.vendor == "postgresql":
        for table in ("audit_entry", "audit_head"):
            sql(f"GRANT ALL ON {table} TO CURRENT_USER")
            sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in ("audit_entry", "audit_head"):
            sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        sql("REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM CURRENT_USER")
        return
    kept = [sql("SELECT sql FROM sqlite_master WHERE name = %s", name)[0][0] for name in _TRIGGERS]
    for name in _TRIGGERS:
        sql(f'DROP TRIGGER "{name}"')
    yield
    for statement in kept:
        sql(statement)
