"""Threads that change organisations at every turn never see another one's row, whatever fails in between."""

import os
import random
import threading
from collections.abc import Sequence

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, connections, transaction
from psycopg import conninfo

from tests.integration.tenancy.pooling import pooling_proxy
from VaultPlatform.tenancy import Organisation, use
from VaultPlatform.tenancy.backends.binding import OrganisationBinding
from VaultPlatform.tenancy.backends.postgresql.schema import SchemaWrapper
from VaultPlatform.tenancy.backends.sqlite3 import base as sqlite

THREADS = 4
READS = 250
POSTGRESQL = os.environ.get("VAULT_TEST_DATABASE") == "postgresql"
about_postgresql = pytest.mark.skipif(not POSTGRESQL, reason="about PostgreSQL alone")
about_sqlite = pytest.mark.skipif(POSTGRESQL, reason="about SQLite alone")
confined = SchemaWrapper.opening


@pytest.fixture
def organisations(make_org) -> list[Organisation]:
    made = [make_org() for _ in range(10)]
    for organisation in made:
        with use(organisation):
            Group.objects.create(name=organisation.slug)
    return made


def wrong_reads(organisations: Sequence[Organisation]) -> list[tuple[str, list[str]]]:
    """What the threads read that was not theirs: (organisation, names seen)."""
    wrong: list[tuple[str, list[str]]] = []
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(READS):
                organisation = chance.choice(organisations)
                with use(organisation):
                    seen = one_read(chance)
                if seen != [organisation.slug]:
                    wrong.append((organisation.slug, seen))
        except BaseException as error:  # noqa: BLE001 raised again in the test's own thread
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return wrong


def one_read(chance: random.Random) -> list[str]:
    """All group names; one time in ten after a statement that fails, one in four inside a transaction."""
    if chance.random() < 0.1:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT * FROM no_such_table")
        except DatabaseError:
            pass
    if chance.random() < 0.25:
        with transaction.atomic():
            return list(Group.objects.values_list("name", flat=True))
    return list(Group.objects.values_list("name", flat=True))


def test_no_thread_reads_a_foreign_row(organisations):
    assert wrong_reads(organisations) == []


def remembered(self, schema, **options):
    """The tempting way: set the session's path, and only when the organisation is another than last time."""
    statements = confined(self, schema, **options)
    if self.alias == "control":
        return statements
    known, self.known = getattr(self, "known", None), schema
    kept = [statement for statement in statements if "search_path" not in statement]
    return kept if known == schema else [*kept, f"SET search_path TO {schema}"]


def foreign_or_nowhere(organisations: Sequence[Organisation]) -> bool:
    """Whether a read went wrong: it showed another organisation's row, or met no organisation's schema at all."""
    try:
        return bool(wrong_reads(organisations))
    except DatabaseError:
        return True


@pytest.fixture
def through_a_proxy(organisations, monkeypatch):
    """New connections of `default` go through a transaction-pooling proxy with two sessions."""
    settings = connection.settings_dict
    server = conninfo.make_conninfo(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
    )
    with pooling_proxy(server, sessions=2) as proxy:
        monkeypatch.setitem(settings, "HOST", "127.0.0.1")
        monkeypatch.setitem(settings, "PORT", str(proxy.port))
        monkeypatch.setitem(settings["OPTIONS"], "pooled", True)
        connection.close()
        yield
        connection.close()


@about_postgresql
def test_no_thread_reads_a_foreign_row_through_a_transaction_pooling_proxy(organisations, through_a_proxy):
    assert wrong_reads(organisations) == []


@about_postgresql
def test_the_reads_would_show_a_setting_that_is_taken_for_still_in_force(organisations, monkeypatch):
    monkeypatch.setattr(SchemaWrapper, "opening", remembered)
    assert foreign_or_nowhere(organisations)


@about_postgresql
def test_the_reads_would_show_a_sessions_setting_through_the_proxy(
    organisations, through_a_proxy, monkeypatch
):
    monkeypatch.setattr(SchemaWrapper, "opening", remembered)
    assert foreign_or_nowhere(organisations)


@about_sqlite
def test_the_reads_would_show_a_file_that_is_not_swapped(organisations, monkeypatch):
    monkeypatch.setattr(sqlite.DatabaseWrapper, "bind", OrganisationBinding.bind)
    assert wrong_reads(organisations)
