"""The core's sections: defaults, strict types, and every problem reported at once with its place."""

import pickle
import subprocess
import sys

import pytest
from pydantic import ValidationError

from VaultPlatform.config import SettingsError, VaultSettings

pytestmark = pytest.mark.database_independent


def test_an_empty_object_is_a_whole_settings_file(load):
    settings = load({})
    assert settings == VaultSettings().read_from(settings._file, plugins=[])
    assert settings.Base.active_plugins == ()
    assert settings.Database.engine == "sqlite"
    assert settings.Celery.broker_url is None
    assert settings.Auth.access_token_minutes == 15
    assert settings.Storage.max_upload_bytes == 5 * 1024**3
    assert settings.Search is None
    assert settings.Cache.target == "VaultPlatform.tenancy.caching:LocalCache"


def test_the_base_only_file_keeps_the_order_of_plugins(load):
    names = ["LLM_Plugin", "SharePoint", "Bookmarks_Plugin"]
    assert load({"Base": {"active_plugins": names}}).Base.active_plugins == tuple(names)


def test_all_problems_are_reported_at_once_each_with_its_key(problems):
    lines = problems(
        {
            "Base": {"active_plugin": [], "debug": "false", "plugin_errors": "Skip"},
            "Database": {"port": "5432", "engine": "mysql"},
            "Databse": {},
            "Celery": {"concurrency": 0},
            "Search": {},
        }
    )
    keys = [line.partition(": ")[0] for line in lines]
    assert sorted(keys) == [
        "Base.active_plugin",
        "Base.debug",
        "Base.plugin_errors",
        "Celery.concurrency",
        "Database.engine",
        "Database.port",
        "Databse",
        "Search.target",
    ]


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (
            {"Auth": {"max_failure": 3}},
            (
                "Auth.max_failure: unknown key; expected one of access_token_minutes, api_key_days,"
                " failure_window_minutes, max_failures, oidc, refresh_token_days, signing_key, signing_keys; did you"
                " mean max_failures?"
            ),
        ),
        ({"Base": {"debug": "false"}}, "Base.debug: found a text; expected true or false"),
        ({"Base": {"debug": 0}}, "Base.debug: found 0; expected true or false"),
        ({"Base": {"active_plugins": "X"}}, "Base.active_plugins: found a text; expected an array"),
        ({"Base": {"active_plugins": [None]}}, "Base.active_plugins[0]: found null; expected a text"),
        (
            {"Base": {"hook_timeout_seconds": 0}},
            "Base.hook_timeout_seconds: found 0; expected greater than 0",
        ),
        ({"Base": []}, "Base: found an array; expected an object"),
        ({"Base": None}, "Base: found null; expected an object"),
        ({"Database": {"port": "5432"}}, "Database.port: found a text; expected a whole number"),
        ({"Database": {"port": 5432.0}}, "Database.port: found 5432.0; expected a whole number"),
        ({"Database": {"port": True}}, "Database.port: found true; expected a whole number"),
        (
            {"Base": {"plugin_errors": "Skipp"}},
            "Base.plugin_errors: found \"Skipp\"; expected 'skip', 'refuse' or 'none'; did you mean skip?",
        ),
        (
            {"Base": {"active_plugins": ["My-Plugin"]}},
            (
                "Base.active_plugins[0]: 'My-Plugin' cannot be a plugin's name; expected its folder's name,"
                " a Python identifier"
            ),
        ),
        (
            {"Base": {"active_plugins": ["A", "B", "A"]}},
            "Base.active_plugins: A is listed more than once; expected each plugin once",
        ),
        (
            {"Base": {"trusted_proxies": ["10.0.0.0/8", "proxy"]}},
            "Base.trusted_proxies[1]: 'proxy' is no address; expected one such as 10.0.0.7 or 10.0.0.0/8",
        ),
    ],
)
def test_a_wrong_value_is_told_with_what_was_expected(problems, document, line):
    assert problems(document) == [line]


@pytest.mark.parametrize("name", ["class", "1st", "", "a.b", "../x"])
def test_a_plugin_name_that_cannot_be_imported_is_refused(problems, name):
    [line] = problems({"Base": {"active_plugins": [name]}})
    assert line.startswith("Base.active_plugins[0]: ")


def test_a_text_in_the_wrong_place_is_never_repeated(problems):
    lines = problems(
        {"Database": {"port": "hunter2", "passwrd": "hunter2"}, "Storage": "hunter2", "X": "hunter2"}
    )
    assert len(lines) == 4
    assert "hunter2" not in "".join(lines)


def test_the_error_carries_no_trace_of_the_values(load):
    with pytest.raises(SettingsError) as caught:
        load({"Database": {"port": "hunter2"}})
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_settings_are_read_only(load):
    settings = load({})
    with pytest.raises(ValidationError):
        settings.Base.debug = True
    with pytest.raises(ValidationError):
        settings.Base = settings.Base


def test_plugin_dirs_start_at_the_settings_files_folder(load, tmp_path):
    settings = load({"Base": {"plugin_dirs": ["plugins", "../shared", "/opt/plugins"]}})
    assert list(map(str, settings.plugin_dirs)) == [
        str(tmp_path.resolve() / "plugins"),
        str(tmp_path.resolve().parent / "shared"),
        "/opt/plugins",
    ]


@pytest.mark.parametrize(
    ("file", "text"), [("plugin.yaml", "title: Loans\n"), ("Loans_Plugin.py", "class Loans_Plugin: ...\n")]
)
def test_the_folder_of_a_plugin_is_no_folder_of_plugins(load, tmp_path, file, text):
    folder = tmp_path.resolve() / "outside" / "Loans_Plugin"
    folder.mkdir(parents=True)
    assert load({"Base": {"plugin_dirs": ["outside", "outside/Loans_Plugin"]}}).plugin_dirs[1] == folder
    (folder / file).write_text(text)
    with pytest.raises(SettingsError) as caught:
        load({"Base": {"plugin_dirs": ["outside", "outside/Loans_Plugin"]}})
    assert str(caught.value).endswith(
        f"Base.plugin_dirs[1]: {folder} is a plugin's own folder; "
        f"expected the folder above it, which holds plugins: {folder.parent}"
    )


def test_reading_settings_needs_no_django():
    code = "import sys, VaultPlatform.config; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
