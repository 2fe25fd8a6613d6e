"""A plugin with everything, on in 3 of 20 organisations: off means no route, hook, task, event or description there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.host.sites import PASSWORD, made_site

pytestmark = pytest.mark.timeout(600)
HERE = Path(__file__).parent
PROBE, PLUGINS = HERE / "probe_organisations.py", HERE / "plugins"
CHOSEN = ["org-03", "org-09", "org-17"]
ACTIVE = ["Notary_Plugin", "Always_Plugin", "Needy_Plugin", "Broken_Plugin"]
OFF = {
    "routes": [404, 404, 404, 404, 404, 404],
    "like_unknown": True,
    "archived": 200,
    "filter": "word",
    "collect": [],
    "task": False,
    "described": False,
    "permissions": [],
    "state": "off",
}
ON = {
    "routes": [200, 201, 405, 401, 200, 200],
    "like_unknown": False,
    "archived": 200,
    "filter": "WORD",
    "collect": ["word"],
    "task": True,
    "described": True,
    "permissions": ["notary.read", "notary.seal", "notary.write"],
    "state": "on",
}
ONCE = ["activated Notary_Plugin", "posted", "before archive", "archived"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with made_site(tmp_path_factory.mktemp("apart")) as site:
        site.configure(ACTIVE, dirs=(PLUGINS,))
        site.migrate_and_create(operator="op")
        yield site.probe(PROBE, PASSWORD, seconds=400)


def split(by_slug: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """What there is in the three, and in the seventeen."""
    assert len(by_slug) == 20
    return [by_slug[slug] for slug in CHOSEN], [by_slug[slug] for slug in by_slug if slug not in CHOSEN]


def test_a_plugin_that_loaded_is_on_everywhere_unless_somebody_says_otherwise(found: Any) -> None:
    assert found["by_default"] == "on"
    assert found["said"][0] == 200
    assert found["off"]["on"] == []
    assert list(found["off"]["used"].values()) == [OFF] * 20


@pytest.mark.parametrize(("phase", "there"), [("enabled", ON), ("disabled", OFF), ("again", ON)])
def test_it_is_there_where_it_is_enabled_and_nowhere_else(
    found: Any, phase: str, there: dict[str, Any]
) -> None:
    chosen, others = split(found[phase]["used"])
    assert chosen == [there] * 3
    assert others == [OFF] * 17
    assert found[phase]["on"] == (CHOSEN if there is ON else [])


def test_nothing_reaches_those_in_which_it_is_off(found: Any) -> None:
    for phase in ("off", "enabled", "disabled", "again"):
        assert split(found[phase]["heard"])[1] == [[]] * 17
        assert split(found[phase]["tasks"])[1] == [[]] * 17
    assert split(found["heard"])[1] == [[]] * 17


def test_rows_stay_while_it_is_off_and_are_there_when_it_is_on_again(found: Any) -> None:
    assert split(found["enabled"]["heard"])[0] == [ONCE] * 3
    assert split(found["disabled"]["heard"])[0] == [ONCE] * 3
    assert split(found["again"]["heard"])[0] == [ONCE * 2] * 3


def test_switching_twice_is_as_good_as_once(found: Any) -> None:
    for phase, state in (("enabled", "on"), ("disabled", "off"), ("again", "on")):
        assert found[phase]["switched"] == found[phase]["repeated"] == [[200, state]] * 3


def test_a_schedule_for_all_reaches_those_in_which_it_is_on(found: Any) -> None:
    assert found["sent_to"] == 3
    chosen, others = split(found["worked"])
    assert others == [[]] * 17
    assert chosen == [[["task", "completed", ""]] * 3] * 3
    assert split(found["heard"])[0] == [[*ONCE * 2, "task", "task", "scheduled"]] * 3


def test_what_was_queued_waits_for_a_person_and_events_are_dropped(found: Any) -> None:
    late = found["late"]
    assert [(kind, state) for kind, state, _ in late["waiting"]] == [("task", "blocked"), ("run", "blocked")]
    for _, _, error in late["waiting"]:
        assert (
            "plugin Notary_Plugin is off here: it is disabled here; enable it and retry, or settle" in error
        )
    assert late["events_left"] == 0
    assert late["heard_while_off"] == []
    assert sorted(late["heard_then"]) == ["activated Notary_Plugin", "late run", "late task"]


def test_each_change_is_in_the_organisations_audit_trail_once(found: Any) -> None:
    chosen, others = split(found["trail"])
    changes = ["plugin.enabled", "plugin.disabled", "plugin.enabled"]
    assert chosen == [[*changes, "plugin.disabled", "plugin.enabled"], changes, changes]
    assert others == [[]] * 17


def test_without_an_organisation_the_sites_description_is_shown(found: Any) -> None:
    assert found["site_schema"]


def test_an_operators_word_is_above_an_administrators(found: Any) -> None:
    said = found["refused"]
    assert (said["forbid"], said["allow"]) == ([200, False], [200, True])
    status, msg = said["enable_forbidden"]
    assert status == 403 and "operator does not allow the plugin 'Notary_Plugin' here" in msg
    assert (said["route_of_forbidden"], said["route_of_allowed"], said["still_allowed"]) == (404, 200, 200)
    assert said["forbid_all"] == said["take_back"] == [200, None]
    assert (said["nothing_said"][0], said["nobody"][0]) == (400, 404)


def test_what_cannot_be_switched_says_why(found: Any) -> None:
    said = found["refused"]
    assert (said["unknown"], said["level_site"]) == (404, 409)
    assert (
        said["disable_level_site"][0] == 409 and "on in every organisation" in said["disable_level_site"][1]
    )
    assert said["enable_level_site"] == [200, "on"]
    assert said["disable_needed"] == [
        409,
        "The plugin 'Notary_Plugin' is needed by 'Needy_Plugin', which is on here; disable that first.",
    ]
    assert said["disable_needing"] == [200, "off"]
    assert said["disable_then"] == [200, "off"]
    assert said["enable_needing"] == [
        409,
        "The plugin 'Needy_Plugin' needs 'Notary_Plugin', which is off here; enable that first.",
    ]
    assert said["not_loaded"][0] == 409 and "is failed on this site" in said["not_loaded"][1]
