"""Plain Django code acts on the current organisation's database, and on no other."""

from contextlib import nullcontext

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction

from VaultPlatform.tenancy import NoOrganisation, OrganisationChanged, current_or_none, use


def names() -> list[str]:
    return list(Group.objects.order_by("name").values_list("name", flat=True))


def test_the_orm_reads_and_writes_the_current_organisation_only(make_org):
    one, two = make_org(), make_org()
    with use(one):
        Group.objects.create(name="of one")
    with use(two):
        assert names() == []
        Group.objects.create(name="of two")
    with use(one):
        assert names() == ["of one"]
    with use(two):
        assert names() == ["of two"]


def test_a_plain_atomic_block_rolls_the_current_organisation_back(org):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Group.objects.create(name="gone")
        raise ZeroDivisionError
    assert names() == []


def test_on_commit_runs_after_the_organisations_commit_and_not_before(org):
    seen = []
    with transaction.atomic():
        transaction.on_commit(lambda: seen.append(connection.in_atomic_block))
        Group.objects.create(name="kept")
        assert seen == []
    assert seen == [False]


def test_a_raw_cursor_sees_the_current_organisation(make_org):
    for organisation in (make_org(), make_org()):
        with use(organisation), connection.cursor() as cursor:
            cursor.execute("INSERT INTO auth_group (name) VALUES (%s)", ["100%"])
            cursor.execute("SELECT name FROM auth_group WHERE name LIKE '1%'")
            assert cursor.fetchall() == [("100%",)]


def test_a_lazy_queryset_reads_the_organisation_that_is_current_when_it_is_evaluated(make_org):
    one, two = make_org(), make_org()
    with use(one):
        Group.objects.create(name="of one")
        lazy = Group.objects.all()
    with use(two):
        assert list(lazy.all()) == []
    with use(one):
        assert [group.name for group in lazy] == ["of one"]


def test_without_an_organisation_a_query_says_what_to_do(org):
    from VaultPlatform.tenancy.context import _current

    token = _current.set(None)
    try:
        with pytest.raises(NoOrganisation, match=r"tenancy\.use\(organisation\)"):
            Group.objects.exists()
        with pytest.raises(NoOrganisation), transaction.atomic():
            pass
        with pytest.raises(NoOrganisation):
            connection.cursor()
        with pytest.raises(NoOrganisation):
            transaction.on_commit(lambda: None)
    finally:
        _current.reset(token)


def test_another_organisation_inside_a_transaction_is_refused(make_org):
    one, two = make_org(), make_org()
    with pytest.raises(OrganisationChanged, match=two.slug), use(one), transaction.atomic():
        Group.objects.create(name="undone")
        with use(two):
            Group.objects.exists()
    for organisation in (one, two):
        with use(organisation):
            assert names() == []


def test_another_organisation_cannot_hang_a_callback_on_the_transaction(make_org):
    one, two = make_org(), make_org()
    with use(one), transaction.atomic():
        with use(two), pytest.raises(OrganisationChanged):
            transaction.on_commit(lambda: None)
        with use(two), pytest.raises(OrganisationChanged), transaction.atomic():
            pass


def test_a_cursor_serves_only_the_organisation_it_was_opened_for(make_org):
    one, two = make_org(), make_org()
    with use(one):
        cursor = connection.cursor()
    with use(two), pytest.raises(OrganisationChanged, match="cursor"):
        cursor.execute("SELECT 1")
    with use(two), pytest.raises(OrganisationChanged, match="cursor"):
        cursor.executemany("INSERT INTO auth_group (name) VALUES (%s)", [["a"]])
    with use(one):
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
        cursor.close()


def test_a_transaction_ends_where_it_began_also_after_its_organisation_was_left(make_org):
    one, two = make_org(), make_org()
    for outside in (nullcontext(), use(two)):
        block, organisation = transaction.atomic(), use(one)
        with organisation:
            block.__enter__()
            Group.objects.get_or_create(name="kept")
        with outside:
            block.__exit__(None, None, None)
        with use(one):
            assert names() == ["kept"]
    with use(two):
        assert names() == []


def test_an_idle_connection_is_looked_after_and_closed_without_an_organisation(make_org):
    with use(make_org()):
        assert names() == []
    assert current_or_none() is None
    connection.close_if_unusable_or_obsolete()
    connection.rollback()
    connection.close()
    connection.close()


def test_an_inner_block_rolls_back_to_its_savepoint(org):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            Group.objects.create(name="inner")
            raise ZeroDivisionError
        Group.objects.create(name="outer")
    assert names() == ["outer"]


def test_a_failed_statement_leaves_the_connection_usable(org):
    with pytest.raises(Exception, match="no_such_table"), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    assert names() == []


def test_executemany_is_confined_inside_and_outside_a_transaction(make_org):
    rows = [["a"], ["b"]]
    statement = "INSERT INTO auth_group (name) VALUES (%s)"
    for organisation in (make_org(), make_org()):
        with use(organisation), connection.cursor() as cursor:
            cursor.executemany(statement, rows)
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                connection.cursor().executemany(statement, [["c"]])
                raise ZeroDivisionError
            assert names() == ["a", "b"]


def test_rowcount_and_description_are_those_of_the_statement(org):
    Group.objects.bulk_create([Group(name=name) for name in "abc"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE auth_group SET name = name || 'x' WHERE name <> 'a'")
        assert cursor.rowcount == 2
        cursor.execute("SELECT name AS label FROM auth_group ORDER BY name")
        assert [column[0] for column in cursor.description] == ["label"]
        assert cursor.fetchone() == ("a",)
        assert cursor.fetchall() == [("bx",), ("cx",)]
