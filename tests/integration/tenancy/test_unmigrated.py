"""An organisation whose database does not fit the code answers 503; the others, and whatever is the site's, go on."""

import pytest
from django.core.management import call_command

from tests.clients import statements
from tests.integration.tenancy.test_commands import MISSING, unapply
from VaultPlatform import tenancy
from VaultPlatform.tenancy import use
from VaultPlatform.tenancy.directory import forget
from VaultPlatform.tenancy.fingerprint import UNKNOWN, code_fingerprint
from VaultPlatform.tenancy.migration_steps import run_step
from VaultPlatform.tenancy.service import organisation_service


def mark(organisation, schema):
    organisation_service.update(organisation_service.get(key=organisation.key), schema=schema)
    forget(organisation.slug)


def schema_of(organisation):
    return organisation_service.get(key=organisation.key).schema


@pytest.fixture
def two(make_org, client_for):
    """Two organisations, and a signed-in client of each."""
    made = make_org(), make_org()
    return [(organisation, client_for(organisation)) for organisation in made]


@pytest.mark.parametrize("schema", [UNKNOWN, "of an older code"])
def test_it_answers_503_with_a_time_to_come_back_and_the_others_go_on(two, schema):
    (behind, closed), (_, served) = two
    mark(behind, schema)
    answer = closed.get("/vault/documents")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.json()["msg"] == "This organisation is being upgraded; try again in a moment."
    assert int(answer.headers["Retry-After"]) > 0
    assert served.get("/vault/documents").status_code == 200
    mark(behind, code_fingerprint())
    assert closed.get("/vault/documents").status_code == 200


def test_a_suspended_one_is_told_that_and_not_to_come_back(two):
    (closed_org, closed), (_, served) = two
    tenancy.suspend_organisation(closed_org.slug)
    mark(closed_org, UNKNOWN)
    assert closed.get("/vault/documents").status_code == 403
    assert served.get("/vault/documents").status_code == 200


def test_knowing_it_costs_a_request_no_query(two):
    organisation, client = two[0]
    with use(organisation):
        client.get("/vault/documents")
        with statements() as counted:
            client.get("/vault/documents")
        assert counted()["control"] == 0


def test_a_new_organisation_fits_the_code(two):
    for organisation, _ in two:
        assert schema_of(organisation) == code_fingerprint()
        assert tenancy.get_organisation(organisation.slug).migrated


def test_it_is_closed_while_its_migrations_run_and_open_after_them(two, monkeypatch):
    organisation, client = two[0]
    with use(organisation):
        unapply(*MISSING)
    seen = []

    def watched(step, alias, **told):
        seen.append(client.get("/vault/documents").status_code)
        run_step(step, alias, **told)

    monkeypatch.setattr("VaultPlatform.tenancy.migration_run.run_step", watched)
    outcome = tenancy.migrate_organisations(only=organisation, verbosity=0)
    assert outcome.complaint() is None
    assert seen == [503]
    assert client.get("/vault/documents").status_code == 200


def test_one_whose_migration_fails_stays_closed_until_it_succeeds(two, monkeypatch):
    (broken, closed), (other, served) = two
    for organisation in (broken, other):
        with use(organisation):
            unapply(*MISSING)

    def fails(step, alias, **told):
        if tenancy.current() == broken:
            raise ZeroDivisionError
        run_step(step, alias, **told)

    monkeypatch.setattr("VaultPlatform.tenancy.migration_run.run_step", fails)
    assert set(tenancy.migrate_organisations(verbosity=0).failed) == {broken.slug}
    assert (closed.get("/vault/documents").status_code, served.get("/vault/documents").status_code) == (
        503,
        200,
    )
    monkeypatch.undo()
    assert tenancy.migrate_organisations(verbosity=0).organisations[broken.slug] == "migrated"
    assert closed.get("/vault/documents").status_code == 200


def test_one_that_is_up_to_date_but_not_known_to_be_is_opened(two):
    organisation, client = two[0]
    mark(organisation, UNKNOWN)
    assert tenancy.migrate_organisations(only=organisation, verbosity=0).organisations == {
        organisation.slug: "up to date"
    }
    assert client.get("/vault/documents").status_code == 200


def test_one_taken_back_to_an_older_state_by_hand_is_closed(two):
    organisation, client = two[0]
    with use(organisation):
        call_command("migrate", "VaultModels", "0001", database="default", fake=True, verbosity=0)
    assert schema_of(organisation) == UNKNOWN
    assert client.get("/vault/documents").status_code == 503
    with use(organisation):
        call_command("migrate", "VaultModels", database="default", fake=True, verbosity=0)
    assert client.get("/vault/documents").status_code == 200


def test_the_fingerprint_is_of_the_cores_migrations_in_organisations(monkeypatch):
    from VaultPlatform.tenancy import fingerprint

    known = fingerprint._core_migrations()
    assert ("VaultModels", "0001_initial") in known
    assert ("auth", "0001_initial") in known
    assert not {label for label, _ in known} & {"control", "django_celery_beat", "Bookmarks_Plugin"}
    before = code_fingerprint()
    monkeypatch.setattr(fingerprint, "_core_migrations", lambda: known | {("VaultModels", "9999_next")})
    assert fingerprint.code_fingerprint.__wrapped__() != before
