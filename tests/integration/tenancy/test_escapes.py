"""What careless code might try, and where it gets to: never to another organisation's rows."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, connections, transaction
from django.db.models.signals import post_save

from VaultPlatform.tenancy import NoOrganisation, OrganisationChanged, current, use
from VaultPlatform.tenancy.backends.postgresql import base
from VaultPlatform.tenancy.exceptions import StatementRefused
from VaultPlatform.tenancy.names import file_of

POSTGRESQL = os.environ.get("VAULT_TEST_DATABASE") == "postgresql"
about_postgresql = pytest.mark.skipif(not POSTGRESQL, reason="about PostgreSQL alone")
about_sqlite = pytest.mark.skipif(POSTGRESQL, reason="about SQLite alone")


@pytest.fixture
def two(make_org):
    """Two organisations with a row each, named as the organisation."""
    made = make_org(), make_org()
    for organisation in made:
        with use(organisation):
            Group.objects.create(name=organisation.slug)
    yield made
    asyncio.run(sync_to_async(connections.close_all)())  # of the thread that outlives the event loops


def names():
    return sorted(Group.objects.values_list("name", flat=True))


def run(statement, opened=None):
    with connection.cursor() if opened is None else opened as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None


# --- what would stay on the connection -------------------------------------------------------------------------------


@about_postgresql
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SET search_path TO public", "search_path"),
        ("  set  SESSION search_path = public", "search_path"),
        ("SET LOCAL search_path TO public", "search_path"),
        ("SELECT 1; SET search_path TO public", "search_path"),
        ("SELECT set_config('search_path', 'public', true)", "search_path"),
        ("RESET search_path", "search_path"),
        ("SET statement_timeout = 1", "SET LOCAL"),
        ("SET SESSION ROLE nobody", "SET LOCAL"),
        ("RESET ALL", "SET LOCAL"),
        ("SELECT set_config('statement_timeout', '1', false)", "SET LOCAL"),
        ("CREATE TEMP TABLE kept (id int)", "ON COMMIT DROP"),
        ("create local temporary table if not exists kept as select 1", "ON COMMIT DROP"),
        ("SELECT 1 AS a INTO TEMP kept", "ON COMMIT DROP"),
        ("SELECT pg_advisory_lock(1)", "pg_advisory_xact_lock"),
        ("SELECT pg_try_advisory_lock_shared(1)", "pg_advisory_xact_lock"),
        ("LISTEN news", "connection of their own"),
        ("PREPARE kept AS SELECT 1", "connection of their own"),
        ("DECLARE kept CURSOR WITH HOLD FOR SELECT 1", "connection of their own"),
    ],
)
def test_a_statement_that_would_outlive_the_organisation_is_refused_with_a_better_way(org, statement, said):
    for inside in (False, True):
        with pytest.raises(StatementRefused, match=said):
            if inside:
                with transaction.atomic():
                    run(statement)
            else:
                run(statement)
    with pytest.raises(StatementRefused, match=said):
        connection.connection.execute(psycopg.sql.SQL(statement))


@about_postgresql
def test_what_ends_with_the_transaction_is_let_through(org):
    with transaction.atomic():
        run("SET LOCAL statement_timeout = '1min'")
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run("CREATE TEMP TABLE passing (temperature int) ON COMMIT DROP")
        run("INSERT INTO passing (temperature) VALUES (1)")
        run("SELECT pg_advisory_xact_lock(1), set_config('statement_timeout', '0', true)")
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", ["; set search_path to public"])
        assert cursor.fetchone() == ("; set search_path to public",)
    Group.objects.update(name="set search_path to public")


@about_postgresql
def test_a_temporary_table_would_be_the_next_organisations_too_were_it_not_refused(two, monkeypatch):
    one, other = two
    monkeypatch.setattr(base, "refuse_lasting", lambda statement: None)
    with use(one):
        run("CREATE TEMP TABLE imported AS SELECT name FROM auth_group")
    with use(other):
        assert run("SELECT name FROM imported") == [(one.slug,)]
    connection.close()
    monkeypatch.undo()
    with use(one), pytest.raises(StatementRefused):
        run("CREATE TEMP TABLE imported AS SELECT name FROM auth_group")
    with use(other), pytest.raises(DatabaseError, match="imported"):
        run("SELECT name FROM imported")


@about_postgresql
def test_the_control_plane_has_no_part_in_an_organisations_path(org):
    for statement in ("SELECT * FROM control_organisation", "SELECT * FROM django_celery_beat_periodictask"):
        with pytest.raises(DatabaseError, match="does not exist"):
            run(statement)


@about_sqlite
def test_another_organisations_file_cannot_be_attached(two):
    one, other = two
    path = file_of(other, Path(connection.settings_dict["NAME"]))
    with use(one), pytest.raises(DatabaseError, match="too many attached databases"):
        run(f"ATTACH DATABASE '{path}' AS other")


# --- ends of transactions that nobody asked for ----------------------------------------------------------------------


@about_postgresql
def test_after_a_commit_inside_a_string_nothing_is_shown(two):
    for organisation in two:
        with use(organisation), pytest.raises(DatabaseError, match="auth_group"):
            run("SELECT 1; COMMIT; SELECT name FROM auth_group")
        with use(organisation):
            assert names() == [organisation.slug]


@about_postgresql
@pytest.mark.parametrize("ending", ["COMMIT", "ROLLBACK", "SELECT 1; COMMIT"])
def test_a_transaction_that_is_ended_by_hand_goes_on_in_the_same_organisation(two, ending):
    for organisation in two:
        with use(organisation), transaction.atomic():
            run(ending)
            assert names() == [organisation.slug]
            run(ending)
            assert names() == [organisation.slug]


# --- past Django -----------------------------------------------------------------------------------------------------


@about_postgresql
def test_cursors_made_past_the_vault_find_no_organisation_at_all(two):
    with use(two[0]):
        names()
        raw = connection.connection
        for cursor in (psycopg.ClientCursor(raw), psycopg.Cursor(raw)):
            with pytest.raises(psycopg.Error, match="auth_group"):
                run("SELECT name FROM auth_group", cursor)
        with pytest.raises(psycopg.Error, match=r"auth_group|transaction block"):
            run("SELECT name FROM auth_group", raw.cursor("named"))


@about_postgresql
def test_a_server_side_cursor_in_a_transaction_reads_its_organisation(two):
    for organisation in two:
        with use(organisation), transaction.atomic():
            assert names() == [organisation.slug]
            assert run("SELECT name FROM auth_group", connection.connection.cursor("named")) == [
                (organisation.slug,)
            ]


@about_postgresql
def test_psycopgs_own_transaction_and_pipeline_show_nothing_foreign(two):
    for organisation in two:
        with use(organisation):
            names()
            raw = connection.connection
            with pytest.raises(psycopg.Error), raw.transaction():
                assert raw.execute("SELECT name FROM auth_group").fetchall() == []
            with pytest.raises(psycopg.Error), raw.pipeline():
                assert raw.execute("SELECT name FROM auth_group").fetchall() == []
        connection.close()
    for organisation in two:
        with use(organisation):
            assert names() == [organisation.slug]


def test_an_iterator_goes_on_with_what_it_began_and_a_new_query_does_not(two):
    one, other = two
    with use(one):
        Group.objects.create(name="second")
        rows = Group.objects.order_by("name").iterator(chunk_size=1)
        first = next(rows).name
    with use(other):
        assert names() == [other.slug]
    with use(one):
        assert sorted([first, *(row.name for row in rows)]) == names()


# --- what runs later or elsewhere ------------------------------------------------------------------------------------


def test_a_callback_runs_for_the_organisation_of_its_transaction_whichever_is_current_then(two):
    one, other = two
    called = []
    block = transaction.atomic()
    with use(one):
        block.__enter__()
        Group.objects.create(name="new")
        transaction.on_commit(lambda: called.append((current().slug, names())))
    with use(other):
        block.__exit__(None, None, None)
    assert called == [(one.slug, sorted([one.slug, "new"]))]


def test_a_receiver_of_a_signal_is_in_the_organisation_of_the_write(two):
    seen = []

    def receiver(**told):
        seen.append((current().slug, names()))

    post_save.connect(receiver, sender=Group)
    try:
        for organisation in two:
            with use(organisation):
                Group.objects.create(name="z")
    finally:
        post_save.disconnect(receiver, sender=Group)
    assert seen == [(organisation.slug, sorted([organisation.slug, "z"])) for organisation in two]


def test_a_pools_thread_has_no_organisation_to_read(two):
    def work():
        try:
            return names()
        except NoOrganisation as error:
            return str(error)
        finally:
            connections.close_all()

    with use(two[0]), ThreadPoolExecutor(1) as pool:
        assert "tenancy.propagate(function)" in pool.submit(work).result()


def test_coroutines_at_the_same_time_read_each_their_own(two):
    @sync_to_async
    def read():
        try:
            return names()
        finally:
            connections.close_all()

    async def work(organisation):
        with use(organisation):
            seen = []
            for _ in range(20):
                seen.append(await read())
                await asyncio.sleep(0)
            return seen

    async def both():
        return await asyncio.gather(*map(work, two))

    for organisation, seen in zip(two, asyncio.run(both()), strict=True):
        assert seen == [[organisation.slug]] * 20


def test_a_coroutine_cannot_join_another_ones_transaction(two):
    """sync_to_async has one thread for all, so one connection: the transaction is held while others come by."""

    async def held():
        with use(two[0]):
            block = transaction.atomic()
            await sync_to_async(block.__enter__)()
            await sync_to_async(names)()
            with pytest.raises(OrganisationChanged):
                await other()
            await sync_to_async(block.__exit__)(None, None, None)

    async def other():
        with use(two[1]):
            await sync_to_async(names)()

    asyncio.run(held())


# --- what Django remembers -------------------------------------------------------------------------------------------


def test_content_types_are_remembered_for_each_organisation(two):
    one, other = two
    with use(other):
        number = ContentType.objects.get_for_model(Group).pk
        ContentType.objects.filter(pk=number).update(model="was-group")
        ContentType.objects.clear_cache()
    with use(one):
        assert ContentType.objects.get_for_model(Group).pk == number
        assert ContentType.objects.get_for_id(number).model == "group"
    with use(other):
        assert ContentType.objects.get_for_id(number).model == "was-group"
        assert ContentType.objects.get_for_model(Group).pk != number
