"""An organisation with a database of its own by the settings: made, migrated, served, renamed, removed like others."""

import json
import os
import threading
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError, connection, connections
from psycopg.conninfo import make_conninfo

from tests.integration.organisations.sites import another_site
from tests.integration.tenancy.test_commands import MISSING, applied, outside, run, unapply
from tests.site import DATABASE, POSTGRES_URL, server_database
from VaultPlatform import tenancy
from VaultPlatform.tenancy import use
from VaultPlatform.tenancy.backends.postgresql import base
from VaultPlatform.tenancy.backup.engine import engine
from VaultPlatform.tenancy.backup.problems import BackupFailed
from VaultPlatform.tenancy.databases import OWN
from VaultPlatform.tenancy.exceptions import StorageMissing
from VaultPlatform.tenancy.names import file_of, schema_of

__all__ = ["outside"]  # a fixture
about_postgresql = pytest.mark.skipif(DATABASE != "postgresql", reason="about PostgreSQL alone")
NAMES = ("large", "huge", "giant", "vast")


@pytest.fixture(scope="module")
def places(django_db_setup, tmp_path_factory):
    """Empty databases, and how the settings name them."""
    if DATABASE != "postgresql":
        yield {name: {"NAME": str(tmp_path_factory.mktemp(name) / "rows")} for name in NAMES}
        return
    own = {name: {"NAME": f"vault_test_{os.getpid()}_{name}"} for name in NAMES}
    with ExitStack() as stack:
        for place in own.values():
            stack.enter_context(server_database(place["NAME"]))
        yield own
        connections.close_all()


@pytest.fixture(autouse=True)
def _settings(places, monkeypatch):
    with monkeypatch.context() as changed:
        changed.setitem(connections.settings["default"], OWN, places)
        yield
        connections.close_all()


def kept_in(place, organisation):
    """Whether the database `place` holds the organisation's rows."""
    if DATABASE != "postgresql":
        return file_of(organisation, Path(place["NAME"])).exists()
    with psycopg.connect(make_conninfo(POSTGRES_URL, dbname=place["NAME"])) as server:
        return bool(
            server.execute("SELECT to_regnamespace(%s) IS NOT NULL", [schema_of(organisation)]).fetchone()[0]
        )


def shared():
    settings = connections["control"].settings_dict if DATABASE == "postgresql" else connection.settings_dict
    return {"NAME": settings["NAME"]}


def test_it_is_made_there_and_nowhere_else_and_goes_without_a_trace(make_org, places):
    large, other = make_org(slug="large"), make_org()
    assert (large.database, other.database) == ("large", "")
    assert kept_in(places["large"], large)
    assert not kept_in(shared(), large)
    assert kept_in(shared(), other)
    tenancy.drop_organisation(large)
    assert not kept_in(places["large"], large)


def test_requests_of_both_kinds_in_turn_see_their_own_rows(make_org, client_for):
    made = [make_org(slug="large"), make_org(), make_org(slug="huge")]
    clients = [client_for(organisation) for organisation in made]
    for organisation in made:
        with use(organisation):
            Group.objects.create(name=organisation.slug)
    for _ in range(3):
        for organisation, client in zip(made, clients, strict=True):
            assert [group["name"] for group in client.get("/vault/groups").json()["results"]] == [
                organisation.slug
            ]
            with use(organisation):
                assert [group.name for group in Group.objects.all()] == [organisation.slug]


def test_a_write_and_its_audit_entry_go_there_and_verify(make_org, client_for):
    large = make_org(slug="large")
    answer = client_for(large).post("/vault/groups", {"name": "editors"})
    assert answer.status_code == 201, answer.content
    with use(large):
        assert Group.objects.get().name == "editors"
    verified = client_for(large).get("/vault/audit/verify")
    assert verified.status_code == 200, verified.content


def test_a_new_name_does_not_lose_it(make_org, places):
    large = make_org(slug="large")
    with use(large):
        Group.objects.create(name="kept")
    renamed = tenancy.rename_organisation("large", new_slug="still-large")
    assert renamed.database == "large"
    with use(tenancy.get_organisation("still-large")):
        assert Group.objects.get().name == "kept"
    tenancy.rename_organisation("still-large", new_slug="large")


def test_it_is_migrated_with_the_others(make_org, outside):
    large = make_org(slug="large")
    with use(large):
        unapply(*MISSING)
    said = run("migrate_orgs")
    assert applied(large)
    assert ("template of new organisations in the database large: " in said) == (DATABASE == "postgresql")
    assert f"organisation {large.slug} " in said


@about_postgresql
def test_one_database_that_is_out_of_reach_stops_no_other(make_org, outside, places, client_for, monkeypatch):
    large, other = make_org(slug="large"), make_org()
    far, near = client_for(large), client_for(other)
    connections.close_all()
    with monkeypatch.context() as changed:
        changed.setitem(places["large"], "NAME", "no_such_database")
        assert far.get("/vault/groups").status_code == 503
        assert near.get("/vault/groups").status_code == 200
        with use(large), pytest.raises(OperationalError, match="no_such_database"):
            Group.objects.exists()
        outcome = tenancy.migrate_organisations(verbosity=0)
        assert set(outcome.failed) == {"template in large", "large"}
        assert other.slug in outcome.organisations
    connections.close_all()


def test_one_that_the_settings_forget_is_a_teaching_error(make_org, places, monkeypatch):
    large = make_org(slug="large")
    connections.close_all()
    with monkeypatch.context() as changed:
        changed.delitem(places, "large")
        with use(large), pytest.raises(StorageMissing, match=r"'large' among Database\.organisations"):
            Group.objects.exists()
    connections.close_all()


@about_postgresql
def test_a_thread_stays_connected_to_a_few_databases_only(make_org, places, monkeypatch):
    made = [make_org(), *(make_org(slug=name) for name in NAMES)]
    connections.close_all()
    monkeypatch.setattr(base, "MAX_OPEN", 2)
    counts = []

    def work():
        for organisation in made * 2:
            with use(organisation):
                Group.objects.exists()
        names = [shared()["NAME"], *(place["NAME"] for place in places.values())]
        with psycopg.connect(POSTGRES_URL) as server:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = ANY(%s) AND backend_type = 'client backend'"
            counts.append(server.execute(asked, [names]).fetchone()[0])
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert counts == [2]


@about_postgresql
def test_a_connection_elsewhere_that_the_server_closed_is_replaced(make_org):
    large, other = make_org(slug="large"), make_org()
    with use(large), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        process = cursor.fetchone()[0]
    with use(other):
        Group.objects.exists()
    with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    connection.close_if_unusable_or_obsolete()  # what Django does as a request begins
    with use(large):
        assert not Group.objects.exists()


# --- backup ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_sites(tmp_path):
    """Sites in processes of their own, each with databases of its own for itself and for the organisation `large`."""
    with ExitStack() as stack:
        sites = []
        for number in range(2):
            sites.append(site := stack.enter_context(another_site(tmp_path)))
            settings = json.loads(site.settings.read_text())
            own = {"folder": str(tmp_path / f"own-{number}")}
            if DATABASE == "postgresql":
                own = {"name": f"vault_test_{os.getpid()}_own_{number}"}
                stack.enter_context(server_database(own["name"]))
            settings["Database"]["organisations"] = {"large": own}
            site.settings.write_text(json.dumps(settings))
        yield sites


@pytest.mark.timeout(400)
def test_it_is_backed_up_with_the_site_and_restored_into_its_own_database(two_sites, tmp_path):
    first, second = two_sites
    file = str(tmp_path / "site.backup")
    first.commands(
        ["migrate", "--verbosity", "0"],
        ["create_org", "large", "--admin", "ada", "--password", "correct horse battery"],
        ["create_org", "small"],
        ["rename_org", "large", "renamed"],
        ["backup", file],
    )
    restored = second.manage("restore", file)
    assert restored.returncode == 0, restored.stderr
    listed = json.loads(second.manage("list_orgs", "--json").stdout)
    assert {each["slug"]: each["database"] for each in listed} == {"renamed": "large", "small": ""}
    rows = second.manage("dumpdata", "VaultModels.User", VAULT_ORG="renamed")
    assert [row["fields"]["username"] for row in json.loads(rows.stdout)] == ["ada"]
    [key] = [each["key"] for each in listed if each["slug"] == "renamed"]
    place = json.loads(second.settings.read_text())["Database"]["organisations"]["large"]
    kept = tenancy.Organisation(slug="renamed", key=key, name="")
    assert kept_in({"NAME": place.get("name") or place["folder"]}, kept)
    again = second.manage("migrate_orgs")
    assert again.returncode == 0, again.stderr


@pytest.mark.timeout(400)
def test_a_restore_beside_the_site_leaves_the_organisations_own_database_alone(two_sites, tmp_path):
    """Somebody tries a backup out with the settings of the site, in which the organisation's database is the same."""
    first, second = two_sites
    own = json.loads(first.settings.read_text())["Database"]["organisations"]
    settings = json.loads(second.settings.read_text())
    settings["Database"]["organisations"] = own
    second.settings.write_text(json.dumps(settings))
    file = str(tmp_path / "site.backup")
    first.commands(["migrate", "--verbosity", "0"], ["create_org", "large"], ["backup", file])
    refused = second.manage("restore", file)
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    verified = first.manage("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    assert "large: holds" in verified.stdout


def test_what_a_restore_did_not_make_it_does_not_undo(make_org, places):
    large = make_org(slug="large")
    target = engine()
    with pytest.raises((OSError, BackupFailed)):
        target.restore(large, [b"no database"])
    target.undo()
    assert kept_in(places["large"], large)
