"""Switching plugins on and off on a site that is not running: as asked for, or not at all."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from tests.integration.activation import plugins as made
from tests.integration.activation.state import state_of
from tests.integration.host.sites import REPOSITORY, ZOO, Site, made_site
from tests.integration.serving.processes import is_alive, wait_until
from VaultPlatform.activation.errors import Refused
from VaultPlatform.activation.locking import held_among_hosts
from VaultPlatform.serving.generations import VARIABLE

KILLED = Path(__file__).with_name("killed_program.py")


def switched(site: Site, *words: str) -> dict[str, Any]:
    done = site.manage("plugins", *words, "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def refused(site: Site, *words: str) -> str:
    """What is said about an attempt that changes nothing, as is looked at."""
    before = state_of(site)
    done = site.manage("plugins", *words)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert state_of(site) == before
    return done.stderr


def listed(site: Site) -> list[str]:
    return list(json.loads((site.home / "VaultSettings.json").read_text())["Base"]["active_plugins"])


def test_a_plugin_goes_on_where_no_database_has_been_made_yet(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with made_site(tmp_path_factory.mktemp("empty")) as empty:
        made.write_good(tmp_path, "Early")
        empty.configure([], dirs=(tmp_path,))
        said = switched(empty, "enable", "Early")
        assert (said["state"], said["switched_on"]) == ("done", ["Early"])
        assert empty.plugins()["Early"]["state"] == "on"


def test_a_plugin_is_on_with_its_tables_at_the_next_start_and_off_again(site: Site, plugins: Path) -> None:
    made.write_good(plugins, "Steady")
    made.write(plugins, "Leaning", needs="Steady")
    assert "Leaning cannot do without Steady, which is off" in refused(site, "enable", "Leaning")

    said = switched(site, "enable", "Leaning", "--with-dependencies")
    assert (said["state"], said["switched_on"]) == ("done", ["Steady", "Leaning"])
    assert said["notes"] == ["The site is not running here: it takes effect at the next start."]
    shown = site.plugins()
    assert (shown["Steady"]["state"], shown["Leaning"]["state"]) == ("on", "on")
    with_tables = state_of(site)["databases"]
    assert switched(site, "enable", "Steady")["state"] == "unchanged"

    assert "Leaning needs Steady" in refused(site, "disable", "Steady")
    said = switched(site, "disable", "Steady", "--with-dependants")
    assert said["switched_off"] == ["Steady", "Leaning"]
    assert listed(site) == ["Witness"]
    assert state_of(site)["databases"] == with_tables


#: Plugin -> its __init__.py, and words of the reason.
WORSE = {
    "Hangs": (made.HANGS, "stage import: it was not done after 10 s (Hangs/__init__.py:3)"),
    "Prints": (made.PRINTS, "it was not done after 10 s (Prints/__init__.py:4)"),
    "Forks": (made.FORKS, "RuntimeError: gone, and left a child"),
    "Vanishes": (made.VANISHES, "stage import: the process that tried it ended with exit code 0"),
    "Crashes": (made.CRASHES, "ended with exit code 134 (Crashes/__init__.py:3)"),
    "Deep": (made.DEEP, "RecursionError"),
    "Interrupts": (made.INTERRUPTS, "stage import: it raised KeyboardInterrupt (Interrupts/__init__.py:1)"),
    "Closes": (made.CLOSES, "stage import: it raised GeneratorExit: enough (Closes/__init__.py:1)"),
    "Splits": (made.SPLITS, "stage import: while it is loaded it leaves a process that it has started"),
    "Threads": (made.THREADS, "stage import: while it is loaded it leaves the thread busy that is no daemon"),
    "Deaf": (made.DEAF, "stage import: while it is loaded it changes the handler of SIGTERM"),
    "Mute": (made.MUTE, "stage import: while it is loaded it closes or replaces the standard output"),
    "Elsewhere": (made.ELSEWHERE, "it closes or replaces the standard error"),
    "Moves": (made.MOVES, "stage import: OSError: and gone (Moves/__init__.py:7)"),
    "Exits": (made.EXITS, "it called sys.exit('enough') (Exits/__init__.py:3)"),
}


@pytest.mark.database_independent
@pytest.mark.parametrize("name", WORSE)
def test_what_does_worse_than_raise_is_refused_with_the_place_and_leaves_nothing(
    site: Site, plugins: Path, name: str
) -> None:
    source, words = WORSE[name]
    made.write(plugins, name, **{"__init__.py": source})
    patience = ["--loading-seconds", "10"] if "not done" in words else []
    said = refused(site, "enable", name, *patience)
    assert f"{name} cannot be switched on" in said
    assert words in said
    if name == "Forks":
        child = int((site.home / "var" / "forked").read_text())
        wait_until(lambda: not is_alive(child), seconds=5, what="the child that was left is gone")


def test_a_migration_that_fails_leaves_no_table_and_no_word(site: Site) -> None:
    said = refused(site, "enable", "MigrationRaises")
    assert "its migrations failed in template: LookupError: no notes to begin with" in said


def test_a_plugin_that_would_push_out_another_is_refused(site: Site) -> None:
    assert 'RouteTwin cannot be switched on: stage urls: route "witness/ping" belongs to' in refused(
        site, "enable", "RouteTwin"
    )


@pytest.mark.database_independent
def test_where_broken_plugins_are_refused_one_can_be_switched_off_and_none_on(
    site: Site, plugins: Path
) -> None:
    settings = site.home / "VaultSettings.json"
    kept = settings.read_bytes()
    site.configure(["Witness", "InitRaises"], errors="refuse", dirs=(plugins, ZOO))
    assert switched(site, "disable", "InitRaises")["switched_off"] == ["InitRaises"]
    assert "InitRaises cannot be switched on: stage import: RuntimeError: the plugin is not well" in refused(
        site, "enable", "InitRaises"
    )
    settings.write_bytes(kept)


@pytest.mark.database_independent
def test_what_tries_plugins_is_no_process_of_the_site_though_one_asks_for_it(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = site.home / "VaultSettings.json"
    kept = settings.read_bytes()
    serves = f'import os\n\nif os.environ.get("{VARIABLE}"):\n    raise OSError("as if it served")\n'
    made.write(tmp_path, "Looks", **{"__init__.py": serves})
    site.configure(["Looks"], dirs=(tmp_path,))
    monkeypatch.setenv(VARIABLE, str(tmp_path / "web-1"))
    assert site.plugins()["Looks"]["state"] == "on"
    settings.write_bytes(kept)


def test_hosts_of_one_database_switch_one_after_the_other(django_db_setup: None) -> None:
    if connections["control"].vendor != "postgresql":
        pytest.skip("with SQLite a site is on one host")
    with held_among_hosts(), pytest.raises(Refused, match="on another host"), held_among_hosts():
        pass
    with held_among_hosts():
        pass


STAGES = ("checking", "migrating", "migrated", "writing", "written")


@pytest.mark.parametrize("stage", STAGES)
def test_what_was_killed_is_taken_back_by_the_next_one_who_says_so(
    site: Site, plugins: Path, stage: str
) -> None:
    name = f"Killed_{stage}"
    made.write_good(plugins, name)
    before = state_of(site)
    done = site._run(str(KILLED), stage, name)
    assert done.returncode == -9, done.stderr
    assert stage == "checking" or state_of(site) != before

    again = site.manage("plugins", "recover")
    assert f"(enable {name}) was killed at the stage" in again.stdout
    assert state_of(site) == before
    assert "Nothing was left half-done." in site.manage("plugins", "recover").stdout


def test_a_settings_file_that_was_edited_after_the_kill_is_left_alone(site: Site, plugins: Path) -> None:
    made.write(plugins, "Edited")
    assert site._run(str(KILLED), "written", "Edited").returncode == -9
    settings = site.home / "VaultSettings.json"
    kept = settings.read_bytes()
    by_hand = kept.replace(b'"Edited"', b'"Bare"')
    settings.write_bytes(by_hand)
    assert (
        "was changed by somebody else meanwhile and is left as it is"
        in site.manage("plugins", "recover").stdout
    )
    assert settings.read_bytes() == by_hand
    settings.write_bytes(kept.replace(b', "Edited"', b""))


def test_the_second_of_two_at_once_is_refused_and_the_first_goes_on(site: Site, plugins: Path) -> None:
    made.write(plugins, "Slow_Plugin", **{"__init__.py": "import time\n\ntime.sleep(4)\n"})
    made.write(plugins, "Quick_Plugin")
    environment = {
        **os.environ,
        "VAULT_HOME": str(site.home / "var"),
        "VAULT_SETTINGS": str(site.home / "VaultSettings.json"),
    }
    command = [sys.executable, "manage.py", "plugins", "enable", "Slow_Plugin", "--json"]
    with subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE) as first:
        trying = site.home / "var" / "activation"
        wait_until(lambda: [*trying.glob("try-*")], seconds=20, what="the first one is trying")
        second = site.manage("plugins", "enable", "Quick_Plugin")
        assert "Another process is switching plugins on or off just now (process" in second.stderr
        assert first.wait(60) == 0
    assert listed(site) == ["Witness", "Slow_Plugin"]
    assert switched(site, "disable", "Slow_Plugin")["state"] == "done"
