"""What a hook implementation asks of the database ends when its time is up, and only that."""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection, connections, transaction

from tests.integration.tenancy.test_postgresql import messages
from tests.unit.host.specs import Gate, hookimpl, registered
from VaultErrors.BackendErrors import errors
from VaultPlatform.tenancy import Organisation

ON_POSTGRESQL = os.environ.get("VAULT_TEST_DATABASE") == "postgresql"
postgresql = pytest.mark.skipif(not ON_POSTGRESQL, reason="about PostgreSQL alone")
SECONDS = 0.5
#: A read that takes longer than a test may wait.
FOR_EVER = (
    "SELECT pg_sleep(60)"
    if ON_POSTGRESQL
    else "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
)
ENDED = "statement timeout" if ON_POSTGRESQL else "interrupted"


def ask(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def limit_now() -> Any:
    return ask("SHOW statement_timeout")


def names() -> list[str]:
    return sorted(Group.objects.values_list("name", flat=True))


class Does:
    """Does in each hook what it is made with."""

    def __init__(self, what: Callable[[], Any]) -> None:
        self.what = what

    @hookimpl
    def on_thing(self) -> Any:
        return self.what()

    @hookimpl
    def before_thing(self) -> None:
        self.what()


def slowly() -> None:
    Group.objects.create(name="slow")
    ask(FOR_EVER)


@pytest.fixture(autouse=True)
def nothing_is_limited_afterwards() -> Iterator[None]:
    """The thread's calls are those of the gate that it came to last."""
    here: Any = connections["default"]
    before = here.time_left
    yield
    here.time_left = before


@pytest.fixture
def gate() -> Gate:
    return Gate(seconds=SECONDS)


def test_a_statement_ends_with_the_time_of_the_hook_and_the_write_of_the_core_stands(
    org: Organisation, gate: Gate
) -> None:
    manager = registered(Does(slowly), Does(lambda: Group.objects.create(name="next")), gate=gate)
    began = time.monotonic()

    with transaction.atomic():
        Group.objects.create(name="core")
        manager.hook.on_thing(one=1, two=2)
        Group.objects.create(name="after")

    assert SECONDS <= time.monotonic() - began < 10
    assert names() == ["after", "core", "next"]
    [(plugin, hook, _)] = gate.failures
    assert (plugin, hook) == ("p1", "on_thing")
    assert ENDED in (next(each for each in gate.tallies if each.errors).traceback or "")


def test_outside_a_transaction_too(org: Organisation, gate: Gate) -> None:
    registered(Does(slowly), gate=gate).hook.on_thing(one=1, two=2)

    assert ENDED in gate.failures[0][2]
    assert names() == ["slow"]


def test_a_check_that_gets_no_answer_in_time_fails_the_write_and_says_that_it_does_not_answer(
    org: Organisation, gate: Gate
) -> None:
    manager = registered(Does(slowly), gate=gate)

    with pytest.raises(errors.server.Unavailable, match="does not answer") as raised, transaction.atomic():
        Group.objects.create(name="core")
        manager.hook.before_thing(one=1)

    assert ENDED in str(raised.value.__cause__)
    assert names() == []


def test_many_short_statements_end_as_well(org: Organisation, gate: Gate) -> None:
    def without_end() -> None:
        while True:
            names()

    with transaction.atomic():
        Group.objects.create(name="core")
        registered(Does(without_end), gate=gate).hook.on_thing(one=1, two=2)
    assert "OperationalError" in gate.failures[0][2]
    assert names() == ["core"]


def test_a_hook_inside_of_a_hook_has_what_the_outer_one_has_left(org: Organisation, gate: Gate) -> None:
    here: Any = connections["default"]
    left: list[float | None] = []
    inner = registered(Does(lambda: left.append(here.time_left())), gate=gate)

    def outer() -> None:
        left.append(here.time_left())
        time.sleep(SECONDS / 4)
        inner.hook.on_thing(one=1, two=2)

    registered(Does(outer), gate=gate).hook.before_thing(one=1)
    first, second = left
    assert SECONDS >= (first or 0) >= (second or 0) + SECONDS / 4
    assert here.time_left() is None


def test_the_core_may_take_longer_than_a_hook(org: Organisation, gate: Gate) -> None:
    manager = registered(Does(names), gate=gate)
    with transaction.atomic():
        manager.hook.on_thing(one=1, two=2)
        time.sleep(SECONDS)
        Group.objects.create(name="core")
        if ON_POSTGRESQL:
            ask(f"SELECT pg_sleep({SECONDS + 0.1})")
        manager.hook.before_thing(one=1)
    assert names() == ["core"]


def test_a_write_that_is_late_does_not_end_the_transaction_of_the_core(org: Organisation, gate: Gate) -> None:
    def late() -> None:
        time.sleep(SECONDS)
        Group.objects.create(name="late")

    with transaction.atomic():
        Group.objects.create(name="core")
        registered(Does(late), gate=gate).hook.on_thing(one=1, two=2)
    assert names() == ["core"]
    assert "the time of this hook implementation is up" in gate.failures[0][2]


@pytest.mark.skipif(ON_POSTGRESQL, reason="about SQLite alone")
@pytest.mark.parametrize("beginning", ["INSERT INTO auth_group (name) ", ""])
def test_on_sqlite_a_write_goes_on_for_with_it_the_transaction_of_the_core_would_end(
    org: Organisation, gate: Gate, beginning: str
) -> None:
    numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 15000000)"
    into = "" if beginning else "INSERT INTO auth_group (name) "

    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"{beginning}{numbers} {into}SELECT 'late ' || max(x) FROM n")

    with transaction.atomic():
        Group.objects.create(name="core")
        began = time.monotonic()
        registered(Does(write), gate=gate).hook.on_thing(one=1, two=2)
        assert time.monotonic() - began > SECONDS
    assert names() == ["core", "late 15000000"]


@postgresql
def test_the_limit_is_what_the_hook_has_left(org: Organisation, gate: Gate) -> None:
    def later() -> None:
        time.sleep(SECONDS / 2)
        seen.append(limit_now())

    seen: list[str] = []
    registered(Does(later), gate=gate).hook.on_thing(one=1, two=2)
    assert 1 <= int(seen[0].removesuffix("ms")) <= SECONDS / 2 * 1000


@postgresql
def test_sql_of_a_hook_costs_no_message_more(org: Organisation, gate: Gate) -> None:
    manager = registered(Does(names), gate=gate)
    with messages() as sent:
        manager.hook.on_thing(one=1, two=2)
    assert len(sent) == 1

    with transaction.atomic():
        names()
        with messages() as sent:
            manager.hook.before_thing(one=1)
            manager.hook.on_thing(one=1, two=2)
            names()
    assert len(sent) == 5  # the check; savepoint, statement, release; the core
    assert ["set_config('statement_timeout', '" in each for each in sent] == [True, False, True, False, False]


@postgresql
def test_without_a_hook_messages_are_as_they_were(org: Organisation, gate: Gate) -> None:
    registered(Does(lambda: None), gate=gate).hook.on_thing(one=1, two=2)
    with messages() as sent:
        names()
    assert "timeout" not in "".join(sent)


class Undone(Exception):
    """Rolls back a savepoint."""


def in_a_savepoint(*, of: Callable[[], Any], undone: bool) -> None:
    try:
        with transaction.atomic():
            of()
            if undone:
                raise Undone
    except Undone:
        pass


@postgresql
@pytest.mark.parametrize("undone", [False, True])
@pytest.mark.parametrize("hook", ["on_thing", "before_thing"])
@pytest.mark.parametrize("before", ["0", "7s"])
@pytest.mark.parametrize("fails", [False, True])
def test_what_was_set_before_is_set_again_whichever_savepoints_came_and_went(
    org: Organisation, gate: Gate, *, undone: bool, hook: str, before: str, fails: bool
) -> None:
    def nested() -> None:
        limits.append(limit_now())
        in_a_savepoint(of=lambda: limits.append(limit_now()), undone=undone)
        limits.append(limit_now())
        if fails:
            ask("SELECT 1 / 0")

    def call() -> None:
        arguments = {"one": 1} if hook == "before_thing" else {"one": 1, "two": 2}
        try:
            with transaction.atomic():
                getattr(manager.hook, hook)(**arguments)
        except Exception:
            if not fails:
                raise

    limits: list[str] = []
    manager = registered(Does(nested), gate=gate)
    with transaction.atomic():
        ask(f"SELECT set_config('statement_timeout', '{before}', true)")
        in_a_savepoint(of=call, undone=undone)
        in_a_savepoint(of=lambda: limits.append(limit_now()), undone=undone)
        after = limit_now()
        call()
        in_a_savepoint(of=lambda: Group.objects.create(name="a"), undone=True)
        after_a_rollback = limit_now()
    assert after == after_a_rollback == before
    assert [each.endswith("ms") for each in limits] == [True, True, True, False, True, True, True]
    assert limit_now() == "0"


@postgresql
def test_many_rows_at_once_and_what_streams_are_limited_too(org: Organisation, gate: Gate) -> None:
    def copies() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany("SELECT %s, pg_sleep(%s)", [(1, 0), (2, 60)])

    def streams() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            list(cursor.cursor.stream(FOR_EVER))

    registered(Does(copies), Does(streams), gate=gate).hook.on_thing(one=1, two=2)
    assert [ENDED in failure[2] for failure in gate.failures] == [True, True]
