"""DATABASES from the vault's settings."""

from VaultPlatform.config.sections import DatabaseSection
from VaultPlatform.tenancy.databases import database_settings, sqlite_uri


def test_sqlite_has_both_planes_below_home_with_safe_options(tmp_path):
    databases = database_settings(DatabaseSection(busy_timeout_seconds=7.0), tmp_path)
    assert databases["default"]["NAME"] == str(tmp_path / "organisations")
    assert databases["control"]["NAME"] == sqlite_uri(tmp_path / "control.sqlite3")
    for database in databases.values():
        assert database["OPTIONS"]["timeout"] == 7.0
        assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


def test_an_address_is_quoted_so_that_odd_folders_work(tmp_path):
    assert sqlite_uri(tmp_path / "a b?c#d%").endswith("a%20b%3Fc%23d%25?mode=rw")


def test_postgresql_has_no_server_side_cursors_and_a_fixed_schema_for_control(tmp_path):
    databases = database_settings(DatabaseSection(engine="postgresql", name="vault"), tmp_path)
    assert databases["control"]["SCHEMA"] == "control"
    for database in databases.values():
        assert database["NAME"] == "vault"
        assert database["DISABLE_SERVER_SIDE_CURSORS"] is True
