"""The plugin loads, and keeps to the checklist."""

import pytest

pytestmark = pytest.mark.database_independent


def test_the_plugin_loads(plugin_host):
    assert plugin_host.is_on("{{ cookiecutter.plugin_name }}"), plugin_host.traceback("{{ cookiecutter.plugin_name }}")


def test_the_plugin_keeps_to_the_checklist(checked):
    assert checked("{{ cookiecutter.plugin_name }}").findings == []
