"""Django's DATABASES from the vault's settings. Importable before Django is set up."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from VaultPlatform.config.sections import DatabaseSection, OwnDatabase

#: Of `default`: label of each database of an organisation's own -> what is different there.
OWN = "ORGANISATIONS"
_BACKENDS = "VaultPlatform.tenancy.backends"
#: Schema of the control plane on PostgreSQL.
CONTROL_SCHEMA = "control"
#: WAL lets readers and the one writer work at a time; FULL makes a commit survive power loss, as PostgreSQL's does.
_SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"


def database_settings(config: "DatabaseSection", home: Path) -> dict[str, dict[str, Any]]:
    """DATABASES with `default` (the current organisation) and `control` (the site).

    Parameters: `config`, the Database section of the settings; `home`, the folder of all state. Resolves the password,
    so it raises what the settings' Secret raises. Connections stay open between requests, for `conn_max_age_seconds`.
    """
    return _sqlite(config, home.resolve()) if config.engine == "sqlite" else _postgresql(config)


def control_file(home: Path) -> Path:
    """The control plane's SQLite file."""
    return home / "control.sqlite3"


def sqlite_uri(path: Path) -> str:
    """Address by which SQLite opens an existing file and never makes an empty one."""
    return f"file:{quote(str(path))}?mode=rw"


def _sqlite(config: "DatabaseSection", home: Path) -> dict[str, dict[str, Any]]:
    shared = {
        "OPTIONS": {
            "timeout": config.busy_timeout_seconds,
            "transaction_mode": "IMMEDIATE",
            "init_command": _SQLITE_PRAGMAS,
        },
        "CONN_MAX_AGE": config.conn_max_age_seconds,
    }
    return {
        "default": {
            **shared,
            "ENGINE": f"{_BACKENDS}.sqlite3",
            "NAME": str(home / "organisations"),
            OWN: {
                label: {"NAME": own.folder or str(home / "organisations")}
                for label, own in config.organisations.items()
            },
        },
        "control": {**shared, "ENGINE": "django.db.backends.sqlite3", "NAME": sqlite_uri(control_file(home))},
    }


def _postgresql(config: "DatabaseSection") -> dict[str, dict[str, Any]]:
    shared = {
        "NAME": config.name,
        "USER": config.user,
        "PASSWORD": config.password.resolve() if config.password else "",
        "HOST": config.host,
        "PORT": str(config.port),
        "OPTIONS": {
            "sslmode": config.ssl_mode,
            "connect_timeout": config.connect_timeout_seconds,
            "pooled": config.pooled,
        },
        "CONN_MAX_AGE": config.conn_max_age_seconds,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
    return {
        "default": {
            **shared,
            "ENGINE": f"{_BACKENDS}.postgresql",
            OWN: {label: _own(own, shared) for label, own in config.organisations.items()},
        },
        "control": {**shared, "ENGINE": f"{_BACKENDS}.postgresql_control", "SCHEMA": CONTROL_SCHEMA},
    }


def _own(own: "OwnDatabase", shared: dict[str, Any]) -> dict[str, Any]:
    different = {
        "NAME": own.name,
        "USER": own.user,
        "PASSWORD": own.password.resolve() if own.password else None,
        "HOST": own.host,
        "PORT": str(own.port) if own.port else None,
    }
    options = {"sslmode": own.ssl_mode, "pooled": own.pooled}
    return {
        **{key: value for key, value in different.items() if value is not None},
        "OPTIONS": {
            **shared["OPTIONS"],
            **{key: value for key, value in options.items() if value is not None},
        },
    }
