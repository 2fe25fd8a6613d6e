"""`manage.py plugins on|off|allow|forbid|where`."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from VaultPlatform.audit.service import audit_entry_service, site_audit_entry_service
from VaultPlatform.host.switching import say

PLUGIN = "Bookmarks_Plugin"


@pytest.fixture(autouse=True)
def nothing_left(org: Any) -> Iterator[None]:
    yield
    say(PLUGIN, None, "switched_on", value=None)


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("plugins", *arguments, stdout=out)
    return out.getvalue().strip()


def test_one_organisation_is_switched_and_told_once(org: Any) -> None:
    off = f"{PLUGIN}: {org.slug}: off, it is disabled here"
    assert told("off", PLUGIN, "--org", org.slug) == told("off", PLUGIN, "--org", org.slug) == off
    assert told("on", PLUGIN, "--org", org.slug) == f"{PLUGIN}: {org.slug}: on"
    entries = audit_entry_service.filter(entity_id=PLUGIN).order_by("seq")
    assert [(each.action, each.actor_kind) for each in entries] == [
        ("plugin.disabled", "command"),
        ("plugin.enabled", "command"),
    ]


def test_all_are_switched_but_those_that_have_said_otherwise(make_org: Any, org: Any) -> None:
    other = make_org()
    told("on", PLUGIN, "--org", other.slug)
    assert told("off", PLUGIN) == f"{PLUGIN}: where nothing else was said: off"
    where = json.loads(told("where", PLUGIN, "--json"))
    on = {each["organisation"]: each["on"] for each in where["organisations"]}
    assert (on[org.slug], on[other.slug]) == (False, True)
    assert where["everywhere"] == {"allowed": None, "switched_on": False}
    assert f"{other.slug}: on" in told("where", PLUGIN).splitlines()
    last = site_audit_entry_service.filter(entity_id=PLUGIN).latest("seq")
    assert last.action == "plugin.disabled"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("off", "Bookmark_Plugin"), "there is no plugin Bookmark_Plugin; there are: "),
        (("off", PLUGIN, "--org", "nobody"), "There is no organisation 'nobody'"),
    ],
)
def test_what_there_is_not_is_named(org: Any, arguments: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        told(*arguments)
