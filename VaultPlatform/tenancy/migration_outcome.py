"""What became of migrating: of each database and each plugin, in words, and kept for the next start to tell."""

import json
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from VaultPlatform.tenancy.context import use
from VaultPlatform.tenancy.exceptions import TenancyError
from VaultPlatform.tenancy.names import TEMPLATE

#: What became of an organisation.
MIGRATED, UP_TO_DATE = "migrated", "up to date"
#: Characters of a reason that are told.
_LONGEST = 400


@dataclass(frozen=True, kw_only=True)
class PluginFailure:
    """A plugin's migrations that could not be run in one database."""

    plugin: str
    #: "control plane", "template", or the organisation's slug.
    database: str
    reason: str


@dataclass(kw_only=True)
class Outcome:
    """What became of a run over many databases."""

    #: Name of each database whose core could not be migrated, with the reason.
    failed: dict[str, str] = field(default_factory=dict)
    #: Slug of each organisation that is done -> MIGRATED or UP_TO_DATE.
    organisations: dict[str, str] = field(default_factory=dict)
    #: Plugins that could not be migrated; everything else in that database was.
    plugins: list[PluginFailure] = field(default_factory=list)
    #: Databases with unapplied migrations, when only asked to check.
    unapplied: list[str] = field(default_factory=list)

    def failed_in(self, database: str) -> dict[str, str]:
        """Plugin -> reason of those that failed in `database`."""
        return {each.plugin: each.reason for each in self.plugins if each.database == database}

    def complaint(self) -> str | None:
        """All that went wrong as one message for a person; None when nothing did."""
        if self.failed:
            databases = "; ".join(f"{name} ({reason})" for name, reason in self.failed.items())
            return " ".join([f"Not migrated: {databases}.", *self.of_plugins(), _AGAIN])
        if self.plugins:
            return " ".join([*self.of_plugins(), _AGAIN])
        return f"Migrations are missing in: {', '.join(self.unapplied)}." if self.unapplied else None

    def of_plugins(self) -> list[str]:
        """A sentence for each plugin that could not be migrated."""
        return [self._of_plugin(plugin) for plugin in dict.fromkeys(each.plugin for each in self.plugins)]

    def _of_plugin(self, plugin: str) -> str:
        where = {each.database: each.reason for each in self.plugins if each.plugin == plugin}
        databases = "; ".join(f"{name} ({reason})" for name, reason in where.items())
        then = (
            "It was not tried in the organisations, and is left out until it succeeds."
            if TEMPLATE.key in where
            else "It is on all the same, and what needs its tables fails there."
        )
        return f"Migrations of plugin {plugin} failed: {databases}. {then}"


_AGAIN = "The others are done; repair and run it again."


def in_one_line(error: BaseException) -> str:
    """The error's class and text, shortened."""
    return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")[:_LONGEST]


def applied_in_template() -> set[tuple[str, str]] | None:
    """Label and name of each migration that the template has; None while there is no template to look at.

    It uses a connection of its own, since processes are forked from the one that asks.
    """
    connection = connections["default"].copy()
    try:
        with warnings.catch_warnings(), use(TEMPLATE):
            # Django's warning means queries that other databases than the real one might get to see.
            warnings.filterwarnings("ignore", "Accessing the database during app", RuntimeWarning)
            return _applied(connection)
    except (Error, TenancyError, OSError):
        return None
    finally:
        connection.close()


def _applied(connection: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return {(str(app), str(name)) for app, name in cursor.fetchall()}


def keep_failures(failures: Mapping[str, str]) -> None:
    """Write down why plugins could not be migrated in the template. Parameters: `failures`, plugin -> reason."""
    file = _file()
    if not failures:
        file.unlink(missing_ok=True)
        return
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(dict(failures), indent=2))
    draft.replace(file)


def last_failure(plugin: str) -> str | None:
    """Why the plugin could not be migrated in the template the last time, if that is known."""
    with suppress(OSError, ValueError, AttributeError):
        reason = json.loads(_file().read_text()).get(plugin)
        return str(reason) if reason else None
    return None


def _file() -> Path:
    return Path(settings.VAULT_HOME) / "plugin_migrations_failed.json"
