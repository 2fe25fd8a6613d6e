"""Hook implementations inside a transaction of the core: their failures are undone, and theirs alone."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.unit.host.specs import Gate, hookimpl, registered
from VaultModels.models import User
from VaultPlatform.tenancy import Organisation


class Does:
    """Does in the hook what it is made with."""

    def __init__(self, what: Callable[[], Any]) -> None:
        self.what = what

    @hookimpl
    def on_thing(self) -> Any:
        return self.what()


def add(name: str) -> None:
    User.objects.create(username=name)


def add_and_raise(name: str) -> None:
    add(name)
    raise ValueError(name)


def names() -> list[str]:
    return sorted(User.objects.values_list("username", flat=True))


def test_what_a_failing_implementation_wrote_is_undone_and_the_rest_stays(org: Organisation) -> None:
    manager = registered(
        Does(lambda: add("first")), Does(lambda: add_and_raise("broken")), Does(lambda: add("third"))
    )
    with transaction.atomic():
        add("core")
        manager.hook.on_thing(one=1, two=2)
    assert names() == ["core", "first", "third"]


def test_a_failed_statement_does_not_spoil_the_transaction_of_the_core(org: Organisation) -> None:
    gate = Gate()
    with transaction.atomic():
        add("core")
        registered(Does(lambda: add("core")), gate=gate).hook.on_thing(one=1, two=2)
        add("after")
    assert names() == ["after", "core"]
    assert "IntegrityError" in gate.failures[0][2]


def test_a_failed_statement_that_the_implementation_hides_does_not_spoil_it_either(org: Organisation) -> None:
    def hides() -> None:
        with suppress(IntegrityError):
            add("core")

    with transaction.atomic():
        add("core")
        registered(Does(hides)).hook.on_thing(one=1, two=2)
        add("after")
    assert names() == ["after", "core"]


def test_an_implementation_that_issues_no_sql_costs_no_statement(org: Organisation) -> None:
    with transaction.atomic():
        add("core")
        with CaptureQueriesContext(connection) as queries:
            registered(Does(lambda: None), Does(lambda: 1 / 0)).hook.on_thing(one=1, two=2)
    assert len(queries) == 0


def test_a_transaction_of_the_implementations_own_nests(org: Organisation) -> None:
    def nested() -> None:
        with transaction.atomic():
            add("inner")
        try:
            with transaction.atomic():
                add_and_raise("undone")
        except ValueError:
            add("outer")

    with transaction.atomic():
        registered(Does(nested)).hook.on_thing(one=1, two=2)
        add("core")
    assert names() == ["core", "inner", "outer"]


def test_on_commit_callbacks_of_a_failing_implementation_are_dropped(org: Organisation) -> None:
    called: list[str] = []

    def registers(word: str, *, then: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: (transaction.on_commit(lambda: called.append(word)), then())

    manager = registered(
        Does(registers("kept", then=lambda: add("first"))),
        Does(registers("dropped", then=lambda: add_and_raise("broken"))),
        Does(registers("dropped too", then=lambda: 1 / 0)),
    )
    with transaction.atomic():
        transaction.on_commit(lambda: called.append("core"))
        manager.hook.on_thing(one=1, two=2)
    assert called == ["core", "kept"]


def test_outside_a_transaction_an_implementation_is_on_its_own(org: Organisation) -> None:
    registered(Does(lambda: add_and_raise("stays"))).hook.on_thing(one=1, two=2)
    assert names() == ["stays"]


def test_the_error_of_a_before_hook_reaches_the_core_which_rolls_back(org: Organisation) -> None:
    class Checks:
        @hookimpl
        def before_thing(self) -> None:
            add_and_raise("checked")

    with pytest.raises(ValueError, match="checked"), transaction.atomic():
        add("core")
        registered(Checks()).hook.before_thing(one=1)
    assert names() == []
