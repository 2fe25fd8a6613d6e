"""Plugins that installed packages bring: found by entry point, used like any other, and listed when they are broken."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.readme.fences import blocks_of
from tests.integration.discovery.packages import GREETER, installed
from tests.integration.host.sites import PASSWORD, Site, made_site
from VaultPlatform.host.sources import GROUP

pytestmark = pytest.mark.timeout(300)
PROBE = Path(__file__).with_name("probe_packages.py")
RAISES = 'raise RuntimeError("imported although nobody asked for it")\n'
BROKEN = {
    "Raising_Plugin": "raising_lib",
    "Missing_Plugin": "nowhere_lib.at_all",
    "Misnamed_Plugin": "misnamed_lib",
    "Single_Plugin": "single_module",
    "Odd_Plugin": "odd-lib",
    "Django_Plugin": "django",
    "Vault_Plugin": "VaultPlatform.host",
}
FILES = {
    "raising_lib/__init__.py": 'raise RuntimeError("not well")\n',
    "misnamed_lib/__init__.py": "",
    "misnamed_lib/plugin.yaml": "name: Other_Plugin\n",
    "single_module.py": "",
    "quiet_lib/__init__.py": RAISES,
    "quiet_lib/inside/__init__.py": RAISES,
    "quiet_lib/inside/plugin.yaml": 'version: "7.1"\ntitle: Quiet\n',
    "usurper_lib/__init__.py": RAISES,
}
#: What the page for authors says of its package.
PAGE = {
    "greeting_afar/__init__.py": "",
    "greeting_afar/plugin/__init__.py": "",
    "greeting_afar/plugin/Greeting_Plugin.py": "class Greeting_Plugin:\n    pass\n",
}
REASONS = {
    "Raising_Plugin": ("import", "RuntimeError: not well"),
    "Missing_Plugin": ("discover", "there is no package nowhere_lib.at_all; install it anew"),
    "Misnamed_Plugin": ("manifest", 'name is "Other_Plugin", and its entry point is Misnamed_Plugin'),
    "Single_Plugin": ("discover", "single_module is a module and not a package"),
    "Odd_Plugin": ("discover", '"odd-lib" is no name of a package'),
    "Django_Plugin": ("discover", "and that is django, which is in use already; name a package of its own"),
    "Vault_Plugin": ("discover", '"VaultPlatform" of the vault itself'),
}
ACTIVE = ["Afar_Plugin", "Greeting_Plugin", "Bookmarks_Plugin", *BROKEN]


def of_the_page() -> dict[str, str]:
    """The entry points on the page for authors."""
    [block] = [block for block in blocks_of("docs/plugins.md") if block.language == "toml"]
    project = tomllib.loads(block.text)["project"]
    assert (project["name"], project["version"]) == ("greeting-from-afar", "2.5.0")
    return dict(project["entry-points"][GROUP])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    packages = tmp_path_factory.mktemp("packages") / "site"
    entries = {"Afar_Plugin": "afar_lib.plugin", **of_the_page()}
    installed(packages, "greeting-from-afar", entries=entries, files={**GREETER, **PAGE})
    off = {"Quiet_Plugin": "quiet_lib.inside", "Bookmarks_Plugin": "usurper_lib"}
    installed(packages, "a-broken-lot", entries={**BROKEN, **off}, files=FILES)
    with made_site(tmp_path_factory.mktemp("site")) as bare:
        made = replace(bare, packages=(packages,))
        made.configure(ACTIVE, dirs=())
        made.migrate_and_create("acme")
        yield made


@pytest.fixture(scope="module")
def plugins(site: Site) -> Any:
    return site.plugins()


def test_a_plugin_of_a_package_is_used_like_any_other(site: Site) -> None:
    used = site.probe(PROBE, PASSWORD)
    assert used["before"] == {"says": "Good day", "greeted": 0}
    assert used["after"] == {"says": "Good day", "greeted": 1}
    assert used["one_module"] and used["one_model"]
    assert used["spec"] == "Plugins.Afar_Plugin.models"
    assert used["imported"] == []
    assert used["bookmarks"] == 200


def test_the_package_on_the_page_for_authors_loads(plugins: Any) -> None:
    shown = plugins["Greeting_Plugin"]
    assert (shown["state"], shown["package"]) == ("on", "greeting-from-afar 2.5.0")


def test_it_is_listed_with_what_its_metadata_say(plugins: Any) -> None:
    shown = plugins["Afar_Plugin"]
    assert (shown["state"], shown["version"], shown["author"]) == ("on", "2.5.0", "The greeting people")
    assert (shown["licence"], shown["homepage"]) == ("MIT", "https://example.org/greeting")
    assert shown["description"] == "Greets from afar."
    assert shown["requires_packages"] == ["pluggy>=1.6"]
    assert (shown["source_kind"], shown["package"]) == ("package", "greeting-from-afar 2.5.0")
    assert shown["source"].endswith("afar_lib/plugin")


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_one_is_listed_with_stage_and_reason_and_what_is_known_of_it(
    plugins: Any, name: str
) -> None:
    stage, words = REASONS[name]
    shown = plugins[name]
    assert (shown["state"], shown["stage"]) == ("failed", stage)
    assert words in shown["reason"]
    assert (shown["version"], shown["package"]) == ("2.5.0", "a-broken-lot 2.5.0")


def test_one_that_is_off_is_listed_and_not_imported(plugins: Any) -> None:
    shown = plugins["Quiet_Plugin"]
    assert (shown["state"], shown["reason"]) == ("off", None)
    assert (shown["version"], shown["title"], shown["author"]) == ("7.1", "Quiet", "The greeting people")


def test_the_repositorys_plugin_wins_and_a_note_names_the_other(plugins: Any) -> None:
    shown = plugins["Bookmarks_Plugin"]
    assert (shown["state"], shown["source_kind"], shown["version"]) == ("on", "repository", "1.0.0")
    assert shown["reason"] == "the installed package a-broken-lot 2.5.0 is ignored"


def test_the_order_is_that_of_the_settings_and_then_that_of_names(plugins: Any) -> None:
    names = list(plugins)
    assert names[: len(ACTIVE)] == ACTIVE
    assert names[len(ACTIVE) :] == sorted(names[len(ACTIVE) :])
