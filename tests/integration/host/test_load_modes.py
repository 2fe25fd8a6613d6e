"""What `Base.plugin_errors` does, and what `manage.py plugins` says of it."""

import json
from pathlib import Path

import pytest

from tests.integration.host.sites import ZOO, Site

pytestmark = pytest.mark.database_independent


def test_refuse_ends_every_command_with_one_message_and_no_traceback(site: Site) -> None:
    site.configure(["Bare", "InitRaises", "Absent_Plugin"], errors="refuse")
    done = site.manage("check")
    assert done.returncode == 1
    assert "Refusing to start" in done.stderr
    assert "InitRaises: stage import: RuntimeError: the plugin is not well" in done.stderr
    assert "Absent_Plugin: stage discover" in done.stderr
    assert "Traceback" not in done.stderr


def test_refuse_holds_for_a_plugin_that_fails_after_djangos_apps(site: Site) -> None:
    site.configure(["Bare", "ViewsSyntax"], errors="refuse")
    done = site.manage("check")
    assert done.returncode == 1
    assert "ViewsSyntax: stage urls: SyntaxError" in done.stderr
    assert "Traceback" not in done.stderr


def test_refuse_keeps_a_server_from_starting(site: Site) -> None:
    site.configure(["ViewsSyntax"], errors="refuse")
    program = site.home / "serve.py"
    program.write_text("import NimbusVault.wsgi\nprint('serving')\n")
    with pytest.raises(AssertionError, match="ViewsSyntax: stage urls"):
        site.probe(program)


def test_refuse_starts_when_all_plugins_load(site: Site) -> None:
    site.configure(["Bare"], errors="refuse")
    assert site.plugins()["Bare"]["state"] == "on"


def test_none_loads_no_plugin_and_says_so(site: Site) -> None:
    site.configure(["Bare", "InitRaises"], errors="none")
    plugins = site.plugins()
    for name in ("Bare", "InitRaises"):
        assert plugins[name]["state"] == "off"
        assert plugins[name]["reason"] == 'Base.plugin_errors is "none", so no plugin is loaded'


def test_a_folder_of_the_same_name_in_a_later_directory_is_named_and_not_used(site: Site) -> None:
    other = site.home / "more"
    (other / "Bare").mkdir(parents=True)
    (other / "Bare" / "urls.py").write_text("raise RuntimeError('the wrong Bare')\n")
    site.configure(["Bare"], dirs=[ZOO, other])
    shown = site.plugins()["Bare"]
    assert (shown["state"], shown["source"]) == ("on", str(ZOO / "Bare"))
    assert f"a folder of the same name in {other} is ignored" in shown["reason"]


def test_plugins_of_an_extra_directory_load_beside_the_repositorys(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere" / "Tiny_Plugin"
    folder.mkdir(parents=True)
    (folder / "urls.py").write_text("urlpatterns = []\n")
    site.configure(["Tiny_Plugin"], dirs=[folder.parent])
    assert site.plugins()["Tiny_Plugin"]["source"] == str(folder)


def test_show_gives_the_operator_the_traceback(site: Site) -> None:
    site.configure(["InitRaises"])
    shown = json.loads(site.manage("plugins", "show", "InitRaises", "--json").stdout)
    assert shown["state"] == "failed"
    assert "Traceback" in shown["traceback"]
    assert "InitRaises/__init__.py" in shown["traceback"]


def test_show_of_an_unknown_plugin_names_those_there_are(site: Site) -> None:
    site.configure(["Bare"])
    done = site.manage("plugins", "show", "Bear")
    assert done.returncode == 1
    assert "there is no plugin Bear; there are: " in done.stderr
    assert "Traceback" not in done.stderr


def test_list_prints_a_line_a_plugin_with_stage_and_reason(site: Site) -> None:
    site.configure(["Bare", "InitRaises"])
    lines = site.manage("plugins", "list").stdout.splitlines()
    assert [line.split()[:2] for line in lines[:2]] == [["Bare", "on"], ["InitRaises", "failed"]]
    assert "import: RuntimeError: the plugin is not well" in lines[1]


def test_the_block_of_a_plugin_that_fails_is_not_called_unused(site: Site) -> None:
    site.configure(["SettingsBroken"], SettingsBroken={"limit": "many"}, Bystander={})
    assert "stage: settings" in site.manage("plugins", "show", "SettingsBroken").stdout
    told = site.manage("check")
    assert "has a block Bystander, but no plugin of that name is on" in told.stderr
    assert "has a block SettingsBroken" not in told.stderr
