"""Fifty organisations, two hundred requests for each, a tenth of which fail, four threads: nobody sees a foreign row.

Each way to the database is shown twice: that nothing is wrong, and that the same requests notice when the confining is
done in the way that suggests itself and is wrong.
"""

import pytest
from django.db import connections

from tests.integration.tenancy.bleed import THREADS, Crowd, is_seen, populate, rows_left, server
from tests.integration.tenancy.pgbouncer import SESSIONS, pgbouncer
from tests.integration.tenancy.pooling import pooling_proxy
from tests.services import CannotUse
from tests.site import DATABASE
from VaultPlatform.tenancy.backends.binding import OrganisationBinding
from VaultPlatform.tenancy.backends.postgresql.schema import SchemaWrapper
from VaultPlatform.tenancy.backends.sqlite3 import base as sqlite

ORGANISATIONS, EACH = 50, 200
about_postgresql = pytest.mark.skipif(DATABASE != "postgresql", reason="about PostgreSQL alone")
about_sqlite = pytest.mark.skipif(DATABASE == "postgresql", reason="about SQLite alone")
confined = SchemaWrapper.opening
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def crowd_of_organisations(django_db_setup):
    """Made once: what the tests write in them has its own names."""
    from VaultPlatform.tenancy import create_organisation, drop_organisation

    made = [create_organisation(slug=f"bleed-{number}") for number in range(ORGANISATIONS)]
    populate(made)
    yield made
    for organisation in made:
        drop_organisation(organisation)


@pytest.fixture
def organisations(crowd_of_organisations, settings):
    from django.contrib.auth.models import Group

    from VaultPlatform.tenancy import use

    settings.ROOT_URLCONF = "tests.integration.tenancy.bleed_urls"
    settings.THROTTLE = {"anonymous": None, "principal": None, "organisation": None}
    yield crowd_of_organisations
    connections.close_all()
    for organisation in crowd_of_organisations:
        with use(organisation):
            Group.objects.exclude(name=f"{organisation.slug}-own").delete()


@pytest.fixture
def bouncer(django_db_setup):
    try:
        with pgbouncer(server()) as address:
            yield address
    except CannotUse as error:
        pytest.skip(f"PgBouncer: {error}")


@pytest.fixture
def through_pgbouncer(bouncer, monkeypatch):
    """New connections go through PgBouncer."""
    yield from connections_through(bouncer, monkeypatch)


@pytest.fixture
def through_a_proxy(django_db_setup, monkeypatch):
    """New connections go through a small proxy of the tests' own, for machines that have no PgBouncer."""
    with pooling_proxy(server(), sessions=SESSIONS) as proxy:
        yield from connections_through(("127.0.0.1", proxy.port), monkeypatch)


def connections_through(address, monkeypatch):
    host, port = address
    connections.close_all()
    with monkeypatch.context() as elsewhere:
        for alias in ("default", "control"):
            settings = connections[alias].settings_dict
            elsewhere.setitem(settings, "HOST", host)
            elsewhere.setitem(settings, "PORT", str(port))
            elsewhere.setitem(settings["OPTIONS"], "pooled", True)
            elsewhere.setitem(settings["OPTIONS"], "sslmode", "disable")
        yield
    connections.close_all()


def nobody_is_shown_a_foreign_row(organisations, *, each=EACH):
    account = Crowd(organisations, each=each).run()
    assert account.wrong == []
    assert account.requests == ORGANISATIONS * each
    assert account.failures == account.requests / 10
    assert rows_left(organisations) == account.written
    assert sum(map(len, account.written.values())) == account.requests / 5
    assert len(account.served_by) <= THREADS
    return account


def remembered(self, schema, **options):
    """The tempting way: set the session's path, and only when the organisation is another than last time."""
    statements = confined(self, schema, **options)
    if self.alias == "control":
        return statements
    known, self.known = getattr(self, "known", None), schema
    kept = [statement for statement in statements if "search_path" not in statement]
    return kept if known == schema else [*kept, f"SET search_path TO {schema}"]


@about_sqlite
def test_no_request_is_shown_a_foreign_row_on_sqlite(organisations):
    account = nobody_is_shown_a_foreign_row(organisations)
    # Database, log and index of each; SQLite itself keeps a few longer, while another thread has a lock on the file.
    assert account.files <= THREADS * sqlite.MAX_OPEN * 4


@about_sqlite
def test_the_requests_would_show_a_file_that_is_not_swapped(organisations, monkeypatch):
    with monkeypatch.context() as mutant:
        mutant.setattr(sqlite.DatabaseWrapper, "bind", OrganisationBinding.bind)
        assert is_seen(organisations, each=EACH)


@about_postgresql
def test_no_request_is_shown_a_foreign_row_on_postgresql(organisations):
    account = nobody_is_shown_a_foreign_row(organisations)
    assert account.sessions <= 2 * THREADS  # one for the organisations, one for the site


@about_postgresql
def test_the_requests_would_show_a_session_that_remembers_its_organisation(organisations, monkeypatch):
    with monkeypatch.context() as mutant:
        mutant.setattr(SchemaWrapper, "opening", remembered)
        assert is_seen(organisations, each=EACH)


@about_postgresql
def test_no_request_is_shown_a_foreign_row_through_pgbouncer(organisations, through_pgbouncer):
    account = nobody_is_shown_a_foreign_row(organisations)
    assert account.sessions <= SESSIONS


@about_postgresql
def test_the_requests_would_show_a_remembering_session_through_pgbouncer(
    organisations, through_pgbouncer, monkeypatch
):
    with monkeypatch.context() as mutant:
        mutant.setattr(SchemaWrapper, "opening", remembered)
        assert is_seen(organisations, each=EACH)


@about_postgresql
def test_no_request_is_shown_a_foreign_row_through_a_proxy_that_hands_each_transaction_on(
    organisations, through_a_proxy
):
    nobody_is_shown_a_foreign_row(organisations, each=20)


@about_postgresql
def test_the_requests_would_show_a_remembering_session_through_that_proxy(
    organisations, through_a_proxy, monkeypatch
):
    with monkeypatch.context() as mutant:
        mutant.setattr(SchemaWrapper, "opening", remembered)
        assert is_seen(organisations, each=20)
