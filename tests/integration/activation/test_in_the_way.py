"""Plugins in the list that hang, or end every process that loads them: none keeps anybody from what is left to do."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.integration.activation import plugins as made
from tests.integration.activation.test_running_site import PASSWORD, Running
from tests.integration.activation.test_switching import listed, refused, switched
from tests.integration.host.sites import ZOO, Site
from tests.integration.serving.test_site import SERVE as SERVE_COMMAND
from tests.integration.serving.test_site import Site as Served
from VaultPlatform.activation.outlook import leave_out_before_start
from VaultPlatform.host.left_out import read_left_out

pytestmark = [pytest.mark.database_independent, pytest.mark.timeout(400)]

SERVE = Path(__file__).parents[1] / "host" / "probe_serve.py"
#: Plugin -> its __init__.py, and words of the reason.
IN_THE_WAY = {
    "Gone": (made.VANISHES, "the process that tried it ended with exit code 0"),
    "Stays": (made.HANGS, "it was not done after 12 s (Stays/__init__.py:3)"),
    "Breaks": (made.INTERRUPTS, "it raised KeyboardInterrupt"),
    "Moved": (made.MOVES, "OSError: and gone"),
}
PATIENCE = ("--loading-seconds", "12")


def edited(site: Site, plugins: Path, *names: str) -> None:
    """The list as a person would leave it who edits it by hand."""
    site.configure(["Witness", *names], dirs=(plugins, ZOO))


@pytest.mark.parametrize("name", IN_THE_WAY)
def test_what_is_in_the_way_is_named_by_all_commands_and_can_be_switched_off(
    site: Site, plugins: Path, name: str
) -> None:
    source, words = IN_THE_WAY[name]
    made.write(plugins, name, **{"__init__.py": source})
    made.write(plugins, f"Beside{name}")
    edited(site, plugins, name)
    shown = site.manage("plugins", "list", "--json", *PATIENCE)
    assert shown.returncode == 0, shown.stderr
    found = {each["name"]: each for each in json.loads(shown.stdout)}
    assert (found[name]["state"], found[name]["stage"]) == ("failed", "import")
    assert words in found[name]["reason"]
    assert found["Witness"]["state"] == "on"

    said = refused(site, "apply", *PATIENCE)
    assert f"{name} cannot be loaded as it is now: stage import: {words}" in said
    assert "What runs stays as it is." in said
    assert "Nothing was left half-done." in site.manage("plugins", "recover").stdout
    assert switched(site, "enable", f"Beside{name}", *PATIENCE)["state"] == "done"
    assert listed(site) == ["Witness", name, f"Beside{name}"]
    assert switched(site, "disable", name, *PATIENCE)["switched_off"] == [name]


def test_of_two_in_the_way_each_can_be_switched_off(site: Site, plugins: Path) -> None:
    for name, source in (("First", made.VANISHES), ("Second", made.CRASHES)):
        made.write(plugins, name, **{"__init__.py": source})
    edited(site, plugins, "First", "Second")
    plan = json.loads(site.manage("plugins", "uninstall", "Witness", "--plan", "--json").stdout)
    assert (plan["unknown"], plan["tables"]) == ("", {"Witness_witnessnote": 0})
    assert switched(site, "disable", "First")["state"] == "done"
    assert listed(site) == ["Witness", "Second"]
    assert switched(site, "disable", "Second")["state"] == "done"


def test_one_that_is_on_has_to_stay_on(site: Site, plugins: Path) -> None:
    """It loads as long as the other one does not."""
    ends = "import os, sys\n\nif 'Plugins.Early' in sys.modules:\n    os._exit(3)\n"
    made.write(plugins, "Early")
    made.write(plugins, "Touchy", needs="", **{"__init__.py": ends})
    edited(site, plugins, "Touchy")
    settings = site.home / "VaultSettings.json"
    assert site.plugins()["Touchy"]["state"] == "on"
    before = settings.read_text().replace('"Witness", "Touchy"', '"Witness", "Bare", "Touchy"')
    settings.write_text(before)
    made.write(plugins, "Late", **{"__init__.py": "from Plugins import Touchy\n\nTouchy.gone()\n"})
    assert "Late cannot be switched on: stage import: AttributeError" in refused(site, "enable", "Late")
    (plugins / "Touchy" / "__init__.py").write_text(
        "import json, os\nfrom pathlib import Path\n\n"
        "if 'Early' in Path(os.environ['VAULT_SETTINGS']).read_text():\n    os._exit(3)\n"
    )
    assert "Touchy, which is on, would not load any more: stage import: the process" in refused(
        site, "enable", "Early"
    )


def test_a_start_does_without_what_hangs_or_ends_it_until_that_is_mended(site: Site, plugins: Path) -> None:
    for name, source in (("Void", made.VANISHES), ("Endless", made.HANGS), ("Busy", made.THREADS)):
        made.write(plugins, name, **{"__init__.py": source})
    edited(site, plugins, "Void", "Endless", "Busy")
    home, settings, said = site.home / "var", site.home / "VaultSettings.json", []
    kept = dict(os.environ)
    leave_out_before_start(home, settings, say=said.append, seconds=12)
    assert dict(os.environ) == kept
    assert set(read_left_out(home)) == {"Void", "Endless", "Busy"}
    assert [line.split(":")[0] for line in said] == [
        f"Plugin {name} is left out" for name in ("Void", "Endless", "Busy")
    ]
    assert site.probe(SERVE)["on"] == ["Witness"]
    shown = site.plugins()
    assert "it was not done after 12 s (Endless/__init__.py:3); it is left out" in shown["Endless"]["reason"]

    (plugins / "Void" / "__init__.py").write_text("mended = True\n")
    assert site.probe(SERVE)["on"] == ["Witness", "Void"]
    for name in ("Endless", "Busy"):
        (plugins / name / "__init__.py").write_text("mended = True\n")
    leave_out_before_start(home, settings, say=said.append, seconds=12)
    assert not (home / "plugins_left_out.json").exists()
    assert site.probe(SERVE)["on"] == ["Witness", "Void", "Endless", "Busy"]


def test_the_site_starts_and_switches_beside_a_plugin_that_ends_every_process(tmp_path: Path) -> None:
    place = tmp_path / "plugins"
    made.write(place, "Void", **{"__init__.py": made.VANISHES})
    made.write(place, "Added")
    base = {"active_plugins": ["Void", "Witness"], "plugin_dirs": [str(place), str(ZOO)]}
    served = Served(tmp_path, {"Base": base})
    served.start(SERVE_COMMAND, VAULT_ADMIN_PASSWORD=PASSWORD)
    try:
        running = Running(served, place)
        assert "Plugin Void is left out: stage import: the process that tried it ended" in served.output
        assert "plugin Void did not load: stage import" in served.output
        assert (running.everywhere("Witness"), running.everywhere("Void")) == (["on"] * 4, ["failed"] * 4)
        for words in (("enable", "Added"), ("disable", "Void")):
            done = running.manage("plugins", *words)
            assert done.returncode == 0, done.stderr
        assert (running.everywhere("Added"), running.everywhere("Void")) == (["on"] * 4, ["off"] * 4)
    finally:
        if not served.has_ended():
            served.end(signal.SIGTERM)
