"""What a process knows of what was said of plugins: for nothing, and soon of what another process has changed."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext

from VaultPlatform import tenancy
from VaultPlatform.audit.service import site_audit_entry_service
from VaultPlatform.host.service import plugin_switch_service
from VaultPlatform.host.switches import EVERYWHERE, Switches, switches
from VaultPlatform.host.switching import say
from VaultPlatform.tenancy import directory

PLUGIN = "Bookmarks_Plugin"


@pytest.fixture(autouse=True)
def nothing_said_before(org: Any) -> Iterator[None]:
    yield
    say(PLUGIN, None, "allowed", value=None)
    say(PLUGIN, None, "switched_on", value=None)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read again by itself."""
    monkeypatch.setattr(directory, "TTL_SECONDS", 1000.0)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have the time pass after which what is new is read."""
    clock = time.monotonic

    def pass_by() -> None:
        now = clock()
        monkeypatch.setattr(time, "monotonic", lambda: now + 1001)

    return pass_by


def is_on(organisation: Any, memory: Switches = switches) -> bool:
    return memory.why_off(PLUGIN, organisation.key) is None


def test_asking_a_thousand_times_costs_no_query(org: Any, slowly: None) -> None:
    host = settings.PLUGIN_HOST
    host.is_on(PLUGIN, org)
    with CaptureQueriesContext(connections["control"]) as asked:
        assert all(host.is_on(PLUGIN, org) for _ in range(1000))
    assert len(asked) == 0


def test_one_query_reads_what_is_new_for_all_organisations(make_org: Any, slowly: None, later: Any) -> None:
    others = Switches()
    first, second, third = (make_org() for _ in range(3))
    assert is_on(first, others)
    for each in (first, second):
        say(PLUGIN, each, "switched_on", value=False)
    assert is_on(first, others)  # another process, which has not looked again yet
    later()
    with CaptureQueriesContext(connections["control"]) as asked:
        assert not is_on(first, others)
    assert len(asked) == 1
    assert [is_on(each, others) for each in (second, third)] == [False, True]


def test_the_process_that_says_so_goes_by_it_at_once(org: Any, slowly: None) -> None:
    assert is_on(org)
    say(PLUGIN, org, "switched_on", value=False)
    assert not is_on(org)


def test_what_was_said_in_a_transaction_that_is_rolled_back_is_known_to_nobody(
    org: Any, slowly: None, later: Any
) -> None:
    assert is_on(org)
    later()
    with pytest.raises(ZeroDivisionError), transaction.atomic(using="control"):
        say(PLUGIN, org, "switched_on", value=False)
        assert is_on(org)
        raise ZeroDivisionError
    assert is_on(org)
    say(PLUGIN, org, "switched_on", value=False)
    assert not is_on(org)


def test_a_change_is_seen_after_the_rows_of_an_organisation_that_was_dropped_are_gone(
    org: Any, slowly: None, later: Any
) -> None:
    others, gone = Switches(), tenancy.create_organisation(slug="switches-gone")
    say(PLUGIN, gone, "switched_on", value=False)
    assert not is_on(gone, others)
    tenancy.drop_organisation(gone)
    assert not plugin_switch_service.filter(organisation=gone.key).exists()
    say(PLUGIN, org, "switched_on", value=False)
    later()
    assert not is_on(org, others)


@pytest.mark.parametrize(
    ("everywhere", "here", "why_off"),
    [
        ({}, {}, None),
        ({}, {"switched_on": False}, "disabled here"),
        ({"switched_on": False}, {}, "off until it is enabled"),
        ({"switched_on": False}, {"switched_on": True}, None),
        ({"allowed": False}, {}, "not allow"),
        ({"allowed": False}, {"switched_on": True}, "not allow"),
        ({"allowed": False}, {"allowed": True}, None),
        ({"allowed": False, "switched_on": False}, {"allowed": True}, "off until it is enabled"),
        ({"allowed": True}, {"allowed": False, "switched_on": True}, "not allow"),
    ],
)
def test_what_is_said_of_one_organisation_is_above_what_is_said_of_all(
    org: Any, everywhere: dict[str, bool], here: dict[str, bool], why_off: str | None
) -> None:
    for where, words in ((None, everywhere), (org, here)):
        for word, value in words.items():
            assert say(PLUGIN, where, word, value=value)
            assert not say(PLUGIN, where, word, value=value)
    reason = switches.why_off(PLUGIN, org.key)
    assert reason is None if why_off is None else why_off in str(reason)


def test_each_word_is_in_the_sites_audit_chain(org: Any) -> None:
    say(PLUGIN, org, "allowed", value=False)
    say(PLUGIN, org, "allowed", value=None)
    entries = site_audit_entry_service.filter(entity_type="Plugin", entity_id=PLUGIN).order_by("-seq")[:2]
    assert [each.action for each in entries] == ["plugin.nothing_said", "plugin.forbidden"]
    detail = json.loads(entries[0].payload)["detail"]
    assert detail == {"organisation": org.slug, "of": "allowed"}


def test_what_is_said_everywhere_is_kept_apart_from_organisations(org: Any) -> None:
    say(PLUGIN, None, "switched_on", value=False)
    assert switches.said(PLUGIN, EVERYWHERE).switched_on is False
    assert switches.said(PLUGIN, org.key).switched_on is None
