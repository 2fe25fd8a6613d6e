"""The database itself refuses to change or delete entries: in new organisations, and in those that were migrated."""

import os
import uuid

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from tests.integration.audit.trail import actions, entries, sql, verified
from tests.site import POSTGRES_URL
from VaultPlatform import audit, tenancy
from VaultPlatform.tenancy.names import schema_of

POSTGRESQL = os.environ.get("VAULT_TEST_DATABASE") == "postgresql"
REFUSED = [
    "UPDATE audit_entry SET action = 'b'",
    "UPDATE audit_entry SET action = action WHERE seq = 99",
    "DELETE FROM audit_entry WHERE seq = 1",
    "DELETE FROM audit_head",
    *(
        ["TRUNCATE audit_entry", "TRUNCATE audit_head", "TRUNCATE audit_entry, audit_head"]
        if POSTGRESQL
        else [
            "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry",
            "UPDATE OR REPLACE audit_entry SET seq = 1",
            (
                "INSERT OR REPLACE INTO audit_entry (rowid, seq, at, actor_kind, actor_id, action, entity_type,"
                " entity_id, outcome, payload, hash) SELECT rowid, 99, at, actor_kind, actor_id, 'b', entity_type,"
                " entity_id, outcome, payload, hash FROM audit_entry WHERE seq = 1"
            ),
        ]
    ),
]
#: SQLite's triggers speak up for each row, so a statement about none passes.
ABOUT_NONE = "UPDATE audit_entry SET action = action WHERE seq = 99"


def tables(site):
    return [statement.replace("audit_", "site_audit_") if site else statement for statement in REFUSED]


@pytest.fixture(params=["new", "migrated from the first state"])
def organisation(request, make_org):
    organisation = make_org()
    with tenancy.use(organisation):
        if request.param != "new":
            MigrationExecutor(connection).migrate([("VaultModels", "0001_initial")])
            assert "audit_entry" not in connection.introspection.table_names()
            call_command("migrate_orgs", "--org", organisation.slug, verbosity=0)
        audit.record(action="a")
        yield organisation


@pytest.mark.parametrize("statement", [each for each in REFUSED if POSTGRESQL or each != ABOUT_NONE])
def test_entries_and_head_stay(organisation, statement):
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
        sql(statement)
    assert actions() == ["a"]
    assert verified().valid


@pytest.mark.parametrize(
    "statement", [each for each in tables(site=True) if POSTGRESQL or "= 99" not in each]
)
def test_so_do_those_of_the_site(django_db_setup, statement):
    audit.record_site(action="a")
    with (
        pytest.raises(DatabaseError, match=r"append-only|permission denied"),
        transaction.atomic(using="control"),
        connections["control"].cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.fixture
def role(org):
    """A role without powers that owns a schema of its own, as the application's does in production."""
    if not POSTGRESQL:
        pytest.skip("roles are PostgreSQL's")
    name = f"vault_app_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(POSTGRES_URL, dbname=connection.settings_dict["NAME"], autocommit=True) as server:
        server.execute(f"CREATE ROLE {name} LOGIN")
        schema = schema_of(org)
        server.execute(f'ALTER SCHEMA "{schema}" OWNER TO {name}')
        for table in ("audit_entry", "audit_head"):
            server.execute(f'ALTER TABLE "{schema}".{table} OWNER TO {name}')
        try:
            yield server, name, schema
        finally:
            server.execute(f"REASSIGN OWNED BY {name} TO CURRENT_USER")
            server.execute(f"DROP OWNED BY {name}")
            server.execute(f"DROP ROLE {name}")


@pytest.mark.parametrize("statement", ["UPDATE {} SET action = 'b'", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_applications_role_has_no_privilege_to_change_entries_though_it_owns_them(role, statement):
    """Even where somebody has switched the trigger off."""
    server, name, schema = role
    audit.record(action="a")
    server.execute(f'ALTER TABLE "{schema}".audit_entry DISABLE TRIGGER USER')
    server.execute(f"SET ROLE {name}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        server.execute(statement.format(f'"{schema}".audit_entry'))
    server.execute(
        f'INSERT INTO "{schema}".audit_entry SELECT 2, at, actor_kind, actor_id, action, entity_type,'
        f' entity_id, outcome, payload, hash FROM "{schema}".audit_entry'
    )
    server.execute("RESET ROLE")
    assert len(entries()) == 2


def test_a_new_organisation_has_the_templates_privileges(org):
    if not POSTGRESQL:
        pytest.skip("privileges are PostgreSQL's")
    granted = sql(
        "SELECT n.nspname, string_agg(x.privilege_type, ' ' ORDER BY x.privilege_type)"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) x"
        " WHERE c.relname = 'audit_entry' AND n.nspname IN (%s, 'template') GROUP BY 1",
        schema_of(org),
    )
    assert len(granted) == 2
    assert {privileges for _, privileges in granted}.pop().split()[0] == "INSERT"
    assert not {"UPDATE", "DELETE", "TRUNCATE"} & set(" ".join(each for _, each in granted).split())
