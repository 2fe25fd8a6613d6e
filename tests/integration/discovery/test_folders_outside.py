"""Plugins in folders outside of the repository: importable by two names that are one module, shadowing nobody."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.integration.host.sites import Site

pytestmark = [pytest.mark.database_independent, pytest.mark.timeout(200)]
PROBE = """
import json, sys
import django
django.setup()
import Outside_Plugin.parts.helper
from Outside_Plugin import parts, THING
import Plugins.Outside_Plugin as ours
import Plugins.Outside_Plugin.parts.helper as helper
import library_beside.words
def refusal(name):
    try:
        __import__(name)
    except ImportError as error:
        return str(error)
print(json.dumps({
    "one": Outside_Plugin is ours and parts is ours.parts and Outside_Plugin.parts.helper is helper,
    "thing": THING is ours.THING and helper.THING is THING,
    "spec": ours.__spec__.name,
    "beside": library_beside.words.WORD,
    "failed": refusal("Failing_Plugin"),
    "unknown": refusal("Outside_Plugin.nothing"),
    "json": sys.modules["json"].__file__.startswith(sys.base_prefix) or json.__file__,
    "yaml": hasattr(__import__("yaml"), "safe_load"),
    "celery": hasattr(__import__("NimbusVault.celery").celery, "app"),
}))
"""
FILES = {
    "Outside_Plugin/__init__.py": "THING = object()\n",
    "Outside_Plugin/parts/__init__.py": "",
    "Outside_Plugin/parts/helper.py": "from Outside_Plugin import THING\n",
    "Failing_Plugin/__init__.py": "raise RuntimeError('not well')\n",
    "library_beside/__init__.py": "",
    "library_beside/words.py": "WORD = 'well'\n",
    **{
        f"{name}/__init__.py": "raise RuntimeError('it shadows')\n"
        for name in ("json", "yaml", "VaultPlatform", "Plugins", "manage", "sys")
    },
}
#: What each is named like, in the words of the refusal.
SHADOWS = {
    "json": 'the module "json" of Python\'s standard library',
    "sys": 'the module "sys" of Python\'s standard library',
    "yaml": 'the installed package "yaml"',
    "VaultPlatform": '"VaultPlatform" of the vault itself',
    "Plugins": '"Plugins" of the vault itself',
    "manage": '"manage" of the vault itself',
}


def made(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    return made(tmp_path / "deployment" / "plugins", FILES)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site without a database: all of it is seen without one."""
    home = tmp_path / "home"
    home.mkdir()
    return Site(home=home)


def probed(site: Site) -> Any:
    program = site.home / "probe.py"
    program.write_text(PROBE)
    return site.probe(program)


def test_both_names_are_one_module_and_nobody_is_shadowed(site: Site, outside: Path) -> None:
    site.configure(["Outside_Plugin", "Failing_Plugin"], dirs=(outside,))
    seen = probed(site)
    assert seen["one"] and seen["thing"]
    assert seen["spec"] == "Plugins.Outside_Plugin"
    assert seen["beside"] == "well"
    assert "plugin Failing_Plugin is failed at stage import: RuntimeError: not well" in seen["failed"]
    assert seen["unknown"] == "No module named 'Outside_Plugin.nothing'"
    assert (seen["json"], seen["yaml"], seen["celery"]) == (True, True, True)


def test_a_plugin_that_would_shadow_another_module_is_refused_with_both_named(
    site: Site, outside: Path
) -> None:
    site.configure(["Outside_Plugin", *SHADOWS], dirs=(outside,))
    plugins = site.plugins()
    assert (plugins["Outside_Plugin"]["state"], plugins["Outside_Plugin"]["source_kind"]) == ("on", "folder")
    for name, words in SHADOWS.items():
        shown = plugins[name]
        assert (shown["state"], shown["stage"]) == ("failed", "discover")
        assert words in shown["reason"] and str(outside / name) in shown["reason"]
        assert "rename the plugin" in shown["reason"]


def test_a_folder_beside_the_deployments_configuration_is_found(site: Site, outside: Path) -> None:
    config = outside.parent / "config"
    config.mkdir()
    site.configure(["Outside_Plugin", "Failing_Plugin"], dirs=())
    told = replace(site, environment={"VAULT_APPS_DIR": str(config)})
    listed = told.manage("plugins", "list")
    assert listed.stdout.split()[:2] == ["Outside_Plugin", "on"]
    assert listed.stderr == ""
    assert probed(told)["one"]


STARTS = {
    "web": "import NimbusVault.wsgi",
    "worker": "from celery.signals import worker_init as begins",
    "beat": "from celery.signals import beat_init as begins",
}


@pytest.mark.parametrize("program", STARTS)
def test_what_serves_says_at_its_start_where_plugins_come_from(
    site: Site, outside: Path, tmp_path: Path, program: str
) -> None:
    site.configure(["Outside_Plugin"], dirs=(outside,))
    celery = "import django; django.setup(); import NimbusVault.celery\nbegins.send(sender=None)\n"
    start = tmp_path / "start.py"
    start.write_text(
        "import io, logging\n"
        "logging.getLogger('vault.plugins').addHandler(logging.StreamHandler(said := io.StringIO()))\n"
        f"{STARTS[program]}\n{'' if program == 'web' else celery}"
        "import json; print(json.dumps(said.getvalue().splitlines()))\n"
    )
    assert f"plugins importable from {outside}" in site.probe(start)


def test_a_folder_that_is_not_there_is_a_warning(site: Site, outside: Path) -> None:
    site.configure(["Outside_Plugin"], dirs=(outside, outside / "nowhere"))
    listed = site.manage("plugins", "list")
    assert listed.returncode == 0
    assert listed.stdout.split()[:2] == ["Outside_Plugin", "on"]
    [warning] = [line for line in listed.stderr.splitlines() if "warning" in line]
    assert f"there is no folder of plugins {outside / 'nowhere'}; make it" in warning


def test_of_two_folders_the_first_wins_and_the_repositorys_above_both(site: Site, tmp_path: Path) -> None:
    first, second = (made(tmp_path / name, {"Twin_Plugin/__init__.py": ""}) for name in ("b", "a"))
    made(second, {"Bookmarks_Plugin/__init__.py": "raise RuntimeError"})
    site.configure(["Twin_Plugin", "Bookmarks_Plugin"], dirs=(first, second))
    plugins = site.plugins()
    assert plugins["Twin_Plugin"]["source"] == str(first / "Twin_Plugin")
    assert plugins["Twin_Plugin"]["reason"] == f"a folder of the same name in {second} is ignored"
    assert plugins["Bookmarks_Plugin"]["source_kind"] == "repository"
