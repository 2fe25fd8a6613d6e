"""A plugin's whole life in 3 of 20 organisations: installed, used, off and on, uninstalled, back, and dropped."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.activation.state import state_of
from tests.integration.host.sites import PASSWORD, Site, made_site
from tests.integration.plugins_apart.test_on_per_organisation import OFF, ON, ONCE, PLUGINS, split

pytestmark = pytest.mark.timeout(600)
PROBE = Path(__file__).parent / "probe_life.py"
NAME = "Notary_Plugin"
LATER = ["scheduled", "task"]


def plugins(site: Site, *words: str) -> Any:
    ran = site.manage("plugins", *words, "--json")
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def lived(site: Site) -> dict[str, Any]:
    """What each part of the life showed."""

    def part(name: str) -> Any:
        return site.probe(PROBE, PASSWORD, name, seconds=300)

    site.configure([], dirs=())
    site.migrate_and_create()
    part("made")
    found = {"before": state_of(site)["databases"]}
    plugins(site, "install", str(PLUGINS / NAME))
    plugins(site, "off", NAME)
    found["enabled"] = plugins(site, "enable", NAME)
    found["first"] = part("first")
    found["kept"] = plugins(site, "uninstall", NAME, "--keep")
    found["there_after_keep"] = NAME in site.plugins()
    plugins(site, "install", str(PLUGINS / NAME))
    plugins(site, "enable", NAME)
    found["reinstalled"] = part("reinstalled")
    found["plan"] = plugins(site, "uninstall", NAME, "--plan")
    found["dropped"] = plugins(site, "uninstall", NAME, "--drop")
    found["gone"] = part("gone")
    return {**found, "after": state_of(site)["databases"]}


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with made_site(tmp_path_factory.mktemp("life")) as site:
        yield lived(site)


def test_enabled_on_the_site_it_is_off_in_every_organisation(life: dict[str, Any]) -> None:
    assert life["enabled"]["switched_on"] == [NAME]
    assert list(life["first"]["by_default"].values()) == [[404, [], []]] * 20


def test_switched_on_it_does_everything_in_the_three_and_nothing_in_the_seventeen(
    life: dict[str, Any],
) -> None:
    first = life["first"]
    assert first["switched"] == [[200, "on"]] * 3
    chosen, others = split(first["used"])
    assert (chosen, others) == ([ON] * 3, [OFF] * 17)
    assert first["sent_to"] == 3
    chosen, others = split(first["enabled"])
    assert others == [[404, [], []]] * 17
    assert [(status, heard[:4], sorted(heard[4:])) for status, heard, _ in chosen] == [(200, ONCE, LATER)] * 3
    assert split(first["worked"])[1] == [[]] * 17


def test_disabled_it_does_nothing_there_and_enabled_again_it_finds_its_rows(life: dict[str, Any]) -> None:
    first = life["first"]
    assert (first["off"], first["on_again"]) == ([[200, "off"]] * 3, [[200, "on"]] * 3)
    assert first["used_while_off"] == [OFF] * 3
    before, _ = split(first["enabled"])
    while_off, others = split(first["disabled"])
    assert [seen[0] for seen in while_off] == [404] * 3
    kept = [seen[1] for seen in before]
    assert [seen[1][: len(kept[0])] for seen in while_off] == kept
    assert [seen[1][len(kept[0]) :] for seen in while_off] == [[]] * 3
    again, _ = split(first["again"])
    assert [seen[:2] for seen in again] == [[200, [*rows, f"activated {NAME}"]] for rows in kept]
    assert others == split(first["again"])[1] == [[404, [], []]] * 17


def test_uninstalled_and_kept_it_finds_its_rows_when_it_is_back(life: dict[str, Any]) -> None:
    assert (life["kept"]["fate"], life["there_after_keep"]) == ("keep", False)
    assert life["reinstalled"] == life["first"]["again"]


def test_its_rows_are_in_the_three_alone_and_a_drop_takes_them_and_nothing_else(life: dict[str, Any]) -> None:
    chosen, others = split(life["plan"]["organisations"])
    assert others == [0] * 17
    assert chosen == [len(seen[1]) for seen in split(life["reinstalled"])[0]]
    assert life["dropped"]["dropped"] == ["Notary_Plugin_heard"]
    assert list(life["gone"].values()) == [[404, 404, 200]] * 20
    assert life["after"] == life["before"]
