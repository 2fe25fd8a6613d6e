"""Organisations come complete or not at all, equal to the template, and go without a trace."""

import os
import re
import threading
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from VaultErrors.BackendErrors import errors
from VaultPlatform.tenancy import (
    create_organisation,
    drop_organisation,
    each_organisation,
    get_organisation,
    list_organisations,
    propagate,
    use,
)
from VaultPlatform.tenancy.directory import as_value
from VaultPlatform.tenancy.names import TEMPLATE
from VaultPlatform.tenancy.service import organisation_service
from VaultPlatform.tenancy.storage import storage


def storages() -> set[str]:
    """Everything there is of organisations: files or schemas."""
    if os.environ.get("VAULT_TEST_DATABASE") != "postgresql":
        files = Path(connections["default"].settings_dict["NAME"]).iterdir()
        return {file.name.removesuffix("-wal").removesuffix("-shm") for file in files}
    with connections["control"].cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace")
        return {row[0] for row in cursor.fetchall()}


def unplaced(constraint: dict[str, object]) -> dict[str, object]:
    """The constraint without the schema's name, which PostgreSQL writes into the definition of some indexes."""
    definition = re.sub(r" ON [\w\"]+\.", " ON ", str(constraint.get("definition")))
    return {**constraint, "definition": definition}


def shape() -> dict[str, object]:
    """Tables of the current organisation with columns, constraints and indexes."""
    look = connection.introspection
    with connection.cursor() as cursor:
        tables = sorted(look.table_names(cursor))
        return {
            table: (
                [field[:7] for field in look.get_table_description(cursor, table)],
                {name: unplaced(one) for name, one in look.get_constraints(cursor, table).items()},
                look.get_relations(cursor, table),
            )
            for table in tables
        }


def test_a_new_organisation_has_the_templates_tables_names_and_rows(org):
    here, rows = shape(), rows_of_the_template()
    with use(TEMPLATE):
        assert shape() == here
        assert rows_of_the_template() == rows
    assert rows[0] > 0


def rows_of_the_template() -> tuple[int, int]:
    return ContentType.objects.count(), Permission.objects.count()


def test_foreign_keys_are_the_organisations_own(make_org):
    one, two = make_org(), make_org()
    with use(one):
        group = Group.objects.create(name="of one", pk=77)
        group.permissions.add(Permission.objects.first())
    with use(two), pytest.raises(IntegrityError), transaction.atomic():
        Group.permissions.through.objects.create(group_id=77, permission_id=Permission.objects.first().pk)


def test_identities_count_for_each_organisation_and_clear_of_the_copied_rows(make_org):
    one, two = make_org(), make_org()
    with use(one):
        first = [Group.objects.create(name=name).pk for name in "abc"]
        ContentType.objects.create(app_label="new", model="one")
    with use(two):
        assert [Group.objects.create(name=name).pk for name in "abc"] == first
        ContentType.objects.create(app_label="new", model="two")


def test_a_new_organisation_is_a_copy_and_runs_no_migration(make_org, monkeypatch):
    make_org()
    ran, sent = [], []
    monkeypatch.setattr(MigrationExecutor, "migrate", lambda *_args, **_options: ran.append(True))
    with ExitStack() as stack:
        for alias in ("default", "control"):
            watch = partial(note_statement, sent, alias)
            stack.enter_context(connections[alias].execute_wrapper(watch))
        make_org()
    assert ran == []
    assert sent.count("default") == 2  # what the template has
    assert sent.count("control") < 60  # however many tables that is


def note_statement(sent, alias, execute, *statement):
    sent.append(alias)
    return execute(*statement)


def test_a_taken_name_is_a_conflict_and_leaves_nothing(org):
    before = storages()
    with pytest.raises(errors.bad_request.Conflict, match=org.slug):
        create_organisation(slug=org.slug)
    assert storages() == before


def test_a_name_that_cannot_be_is_refused_before_anything_is_made(django_db_setup):
    before = storages()
    with pytest.raises(errors.bad_request.ValidationError):
        create_organisation(slug="No Way")
    assert storages() == before


def test_of_two_creations_at_once_one_wins_and_the_other_is_told(django_db_setup):
    before, outcomes = storages(), []

    def create() -> None:
        try:
            outcomes.append(create_organisation(slug="contested"))
        except errors.bad_request.Conflict as conflict:
            outcomes.append(conflict)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    assert len(outcomes) == 4
    assert len(winners) == 1
    drop_organisation(winners[0])
    assert storages() == before


def test_a_creation_that_fails_late_leaves_nothing(django_db_setup, monkeypatch):
    def fail(**fields):
        raise ZeroDivisionError

    before = storages()
    monkeypatch.setattr(organisation_service, "create", fail)
    with pytest.raises(ZeroDivisionError):
        create_organisation(slug="half")
    monkeypatch.undo()
    assert storages() == before
    assert get_organisation("half") is None


def test_an_organisation_that_goes_leaves_nothing(django_db_setup):
    before = storages()
    brief = create_organisation(slug="brief", name="Brief")
    assert get_organisation("brief") == brief
    drop_organisation(brief)
    assert storages() == before
    assert get_organisation("brief") is None


def test_a_name_that_is_used_again_is_not_taken_for_the_one_before(django_db_setup):
    first = create_organisation(slug="again")
    assert get_organisation("again") == first
    with storage().dropping(first):  # as another process would: nothing here is told
        organisation_service.bulk_delete({"key": first.key})
    second = create_organisation(slug="again")
    assert get_organisation("again") == second != first
    drop_organisation(second)


def test_the_template_is_no_organisation(org):
    assert storage().exists(TEMPLATE)
    assert get_organisation(TEMPLATE.slug) is None
    assert TEMPLATE not in list_organisations()


def test_a_found_organisation_is_remembered_for_a_moment_without_a_query(org):
    statements = []
    get_organisation(org.slug)
    with connections["control"].execute_wrapper(
        lambda execute, *args: statements.append(args) or execute(*args)
    ):
        assert get_organisation(org.slug) == org
    assert statements == []


def test_a_remembered_organisation_is_looked_up_again_after_the_moment(org, monkeypatch):
    get_organisation(org.slug)
    row = organisation_service.get(slug=org.slug)
    organisation_service.update(row, name="Renamed")
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 3)
    assert get_organisation(org.slug) == as_value(row)


def test_each_organisation_is_entered_in_turn(make_org):
    made = {make_org() for _ in range(3)}
    seen = set()
    for organisation in each_organisation():
        Group.objects.create(name=organisation.slug)
        seen.add(organisation)
    assert made <= seen


def test_a_carried_function_leaves_no_connection_in_its_thread(org):
    left = []

    def work() -> None:
        propagate_target()
        left.extend(c.alias for c in connections.all(initialized_only=True) if c.connection is not None)

    propagate_target = propagate(lambda: Group.objects.create(name="from a thread"))
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert left == []
    assert Group.objects.get().name == "from a thread"


def test_the_lock_keeps_a_second_one_waiting(django_db_setup):
    order = []

    def second() -> None:
        with storage().lock():
            order.append("second")
        connections.close_all()

    with storage().lock():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(timeout=0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
