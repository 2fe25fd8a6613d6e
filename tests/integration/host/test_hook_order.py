"""The host registers plugins so that hooks reach them in the order of `Base.active_plugins`."""

import itertools
from pathlib import Path

import pytest

from tests.integration.host.sites import Site

pytestmark = pytest.mark.database_independent

PLUGIN = """
import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class {name}:
    @hookimpl
    def collect_health_checks(self):
        return "{name}"
"""
PROBE = """
import json

import django

django.setup()

from django.conf import settings
from Plugins.plugin_manager import plugin_manager

print(json.dumps([plugin_manager.hook.collect_health_checks(), settings.ACTIVE_PLUGINS]))
"""


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    for name in ("Alpha", "Beta", "Gamma"):
        folder = tmp_path / "plugins" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.py").write_text(PLUGIN.format(name=name))
    (tmp_path / "probe.py").write_text(PROBE)
    return tmp_path / "plugins"


@pytest.mark.parametrize("order", list(itertools.permutations(("Alpha", "Beta", "Gamma")))[1:5:2])
def test_hooks_reach_plugins_in_the_configured_order(
    site: Site, plugins: Path, order: tuple[str, ...]
) -> None:
    site.configure(order, dirs=[plugins])
    called, active = site.probe(site.home / "probe.py")
    assert called == active == list(order)


def test_a_plugin_that_failed_is_left_out_and_the_order_of_the_others_kept(site: Site, plugins: Path) -> None:
    (plugins / "Beta" / "urls.py").write_text("1 / 0\n")
    site.configure(["Gamma", "Beta", "Alpha"], dirs=[plugins])
    called, active = site.probe(site.home / "probe.py")
    assert called == active == ["Gamma", "Alpha"]
