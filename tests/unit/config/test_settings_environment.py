"""The `VAULT_…` variables."""

from pathlib import Path

import pytest

from VaultPlatform.config import REPOSITORY, SettingsError, load_environment

pytestmark = pytest.mark.database_independent

VARIABLES = ("VAULT_HOME", "VAULT_SETTINGS", "VAULT_PORT", "VAULT_ADMIN_PASSWORD", "VAULT_APPS_DIR")


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_without_variables_all_is_in_the_repository():
    environment = load_environment()
    assert (environment.home, environment.settings) == (REPOSITORY / "var", REPOSITORY / "VaultSettings.json")
    assert (environment.port, environment.admin_password, environment.apps_dir) == (8000, None, None)


def test_relative_paths_start_at_the_repository_wherever_one_stands(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAULT_HOME", "state")
    monkeypatch.setenv("VAULT_SETTINGS", "/etc/vault.json")
    monkeypatch.setenv("VAULT_APPS_DIR", "~/apps")
    environment = load_environment()
    assert environment.home == REPOSITORY / "state"
    assert environment.settings == Path("/etc/vault.json")
    assert environment.apps_dir == (Path.home() / "apps").resolve()


def test_an_empty_variable_counts_as_unset(monkeypatch):
    for name in VARIABLES:
        monkeypatch.setenv(name, "")
    test_without_variables_all_is_in_the_repository()


def test_the_password_is_not_printed(monkeypatch):
    monkeypatch.setenv("VAULT_ADMIN_PASSWORD", "hunter2")
    environment = load_environment()
    assert environment.admin_password.get_secret_value() == "hunter2"
    assert "hunter2" not in repr(environment) + str(environment) + environment.model_dump_json()


@pytest.mark.parametrize(
    ("port", "expected"),
    [("http", "a valid integer"), ("0", "greater than or equal to 1"), ("65536", "less than")],
)
def test_an_unusable_variable_is_named_with_what_was_expected(monkeypatch, port, expected):
    monkeypatch.setenv("VAULT_PORT", port)
    with pytest.raises(SettingsError) as caught:
        load_environment()
    assert str(caught.value).startswith(f"environment: VAULT_PORT: cannot be used; expected {expected}")
    assert caught.value.__context__ is None
