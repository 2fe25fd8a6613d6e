"""A plugin's migrations, tried before Django reads them: one that is broken would stop `migrate` for everybody.

Those that were not run yet, or could not be, keep the plugin waiting: its tables would be missing.
"""

import importlib
import pkgutil
import sys
from functools import cached_property
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.migrations import Migration

from VaultPlatform.host.status import PluginRecord, StageError
from VaultPlatform.host.unmigrated import unmigrated
from VaultPlatform.tenancy.migration_outcome import applied_in_template, last_failure

#: Commands that are there to make, show and run migrations, so that they have to see those that are not applied.
#: `serve` checks when it has run them.
_MIGRATING = frozenset({"makemigrations", "migrate", "migrate_orgs", "optimizemigration", "serve"}) | {
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
    "try_plugins",  # no command: VaultPlatform.activation.candidate
}
#: Those by which the author of a plugin makes what is missing.
_MAKING = frozenset({"makemigrations", "optimizemigration", "squashmigrations"})


class Template:
    """What the template of organisations has; asked for once, and only when a plugin has migrations."""

    @cached_property
    def applied(self) -> set[tuple[str, str]] | None:
        """Label and name of each migration it has; None while that cannot be known."""
        return applied_in_template()


def is_migrating() -> bool:
    """Whether this process runs a command that has to see migrations that are not applied."""
    return _command() in _MIGRATING


def _command() -> str | None:
    return next((argument for argument in sys.argv[1:] if not argument.startswith("-")), None)


def check_applied(record: PluginRecord, config: AppConfig, template: Template) -> None:
    """Check that the template has all of the plugin's migrations, if that can be known. Raises `StageError`."""
    names = _names(config)
    if not names or (applied := template.applied) is None:
        return
    found = read_migrations(config)
    done = {name for label, name in applied if label == config.label}
    for name in [name for name in found if name in done]:
        done |= {replaced for label, replaced in found[name].replaces if label == config.label}
    waiting = [name for name in names if name not in done and not _is_replacing(found[name], applied)]
    if waiting:
        failure = last_failure(record.name)
        because = f"; the last time it failed with {failure}" if failure else ""
        raise StageError(f"migration {waiting[0]} is not applied: run manage.py migrate{because}")


def _is_replacing(migration: Migration, applied: set[tuple[str, str]]) -> bool:
    """Whether all that a squashed migration stands for is applied."""
    return bool(migration.replaces) and {tuple(key) for key in migration.replaces} <= applied


def _names(config: AppConfig) -> list[str]:
    modules = pkgutil.iter_modules([str(Path(config.path) / "migrations")])
    return sorted(module.name for module in modules if not module.ispkg and module.name[0] not in "_~")


def read_migrations(config: AppConfig) -> dict[str, Migration]:
    """The migrations of `config`, by name. Raises `StageError`, or what they raise."""
    return {name: _migration(config.name, name) for name in _names(config)}


def check_migrations(record: PluginRecord, config: AppConfig) -> None:
    """Import the plugin's migrations, check that they form one line, and that they make what its models say.

    Raises `StageError`, or what they raise.
    """
    folder = Path(config.path) / "migrations"
    names = _names(config)
    if names and not (folder / "__init__.py").exists():
        raise StageError(
            f"{folder.parent.name}/migrations has no __init__.py, so Django would ignore it; add one"
        )
    found = read_migrations(config)
    for migration in found.values():
        for dependency in migration.dependencies:
            _check_dependency(migration, tuple(dependency), own=config.label, names=set(names))
    _check_one_leaf(found, label=config.label)
    if _command() not in _MAKING:
        _check_complete(record, config, found)


def _check_complete(record: PluginRecord, config: AppConfig, found: dict[str, Migration]) -> None:
    """Raises `StageError` for a table or column that no migration makes."""
    try:
        missing = unmigrated(config, found)
    except Exception as error:  # noqa: BLE001  # fields of their own, which work though Django cannot compare them
        record.notes.append(
            f"its models cannot be compared with its migrations: {type(error).__name__}: {error}"
        )
        return
    if missing:
        raise StageError(f"{missing[0]}; run: python manage.py plugins makemigrations {record.name}")


def _migration(package: str, name: str) -> Migration:
    module = importlib.import_module(f"{package}.migrations.{name}")
    found = getattr(module, "Migration", None)
    if not (isinstance(found, type) and issubclass(found, Migration)):
        raise StageError(f"migrations/{name}.py defines no class Migration")
    return found(name, package)


def _check_dependency(
    migration: Migration, dependency: tuple[str, ...], *, own: str, names: set[str]
) -> None:
    label, name = dependency[0], dependency[1]
    if label == own and not name.startswith("__"):
        known = name in names
    else:
        known = label == "__setting__" or _offers(label, name)
    if not known:
        raise StageError(
            f'migrations/{migration.name}.py depends on ("{label}", "{name}"), which does not exist'
        )


def _offers(label: str, name: str) -> bool:
    """Whether there is an app of that label, its migrations are not withheld, and one has that name."""
    config = apps.app_configs.get(label)
    if config is None or settings.MIGRATION_MODULES.get(label, label) is None:
        return False
    return name in ("__first__", "__latest__") or (Path(config.path) / "migrations" / f"{name}.py").exists()


def _check_one_leaf(found: dict[str, Migration], *, label: str) -> None:
    parents = {
        name for migration in found.values() for owner, name in migration.dependencies if owner == label
    }
    replaced = {name for migration in found.values() for owner, name in migration.replaces if owner == label}
    leaves = sorted(set(found) - parents - replaced)
    if found and not leaves:
        raise StageError("the migrations depend on each other in a circle")
    if len(leaves) > 1:
        raise StageError(
            f"several migrations are the last ({', '.join(leaves)}); run makemigrations --merge {label}"
        )
