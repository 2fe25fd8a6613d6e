"""Django's checks, run per plugin: an error there would otherwise stop every management command of the site."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig, apps
from django.core import checks
from django.core.checks.model_checks import check_all_models, check_lazy_references
from django.core.checks.registry import registry
from django.db.models import Model

from VaultPlatform.host.declared import check_declared_tables
from VaultPlatform.host.migrations_check import Template, check_applied, check_migrations, is_migrating
from VaultPlatform.host.models_undo import models_of
from VaultPlatform.host.status import PluginRecord, Stage, StageError

if TYPE_CHECKING:
    from VaultPlatform.host.host import PluginHost


def check_plugins(host: "PluginHost") -> None:
    """Check the plugins that are on, the last first: of two that clash the earlier one stays.

    Taking one plugin's models back can break those of another that refers to them, hence the repetition.
    """
    while True:
        before = host.records_on()
        for record in reversed(before):
            _check_plugin(host, record)
        if host.records_on() == before:
            break
    if not is_migrating():
        check_migrated(host)


def check_migrated(host: "PluginHost") -> None:
    """Check that the migrations of the plugins that are on are applied; then the others, without those that wait."""
    template = Template()
    looked_at = [record for record in host.records_on() if record.has_models]
    for record in looked_at:
        with host.run_stage(record, Stage.MIGRATIONS):
            check_applied(record, apps.get_app_config(str(record.label)), template)
    waiting = [record for record in looked_at if record.state != "on"]
    for record in waiting:
        _forget(record)
    if waiting:
        check_plugins(host)


def _check_plugin(host: "PluginHost", record: PluginRecord) -> None:
    with host.run_stage(record, Stage.READY):
        _refuse_errors(
            message for check in _own_checks(record.package) for message in check(app_configs=None)
        )
    if not record.has_models:
        if record.state == "on":
            with host.run_stage(record, Stage.MODELS):
                check_declared_tables(record)
        return
    config = apps.get_app_config(str(record.label))
    if record.state == "on":
        with host.run_stage(record, Stage.MODELS):
            _check_models(record, config)
    if record.state == "on":
        with host.run_stage(record, Stage.MIGRATIONS):
            check_migrations(record, config)
    if record.stage in (Stage.MODELS, Stage.MIGRATIONS):
        _forget(record)


def _forget(record: PluginRecord) -> None:
    apps.get_app_config(str(record.label)).forget()  # type: ignore[attr-defined]


def _check_models(record: PluginRecord, config: AppConfig) -> None:
    _check_tables(record)
    check_declared_tables(record)
    found = [*check_all_models(app_configs=[config]), *check_lazy_references(app_configs=[config])]
    _refuse_errors(message for message in found if _concerns(message.obj, record))


def _refuse_errors(messages: Iterable[checks.CheckMessage]) -> None:
    for message in sorted(messages, key=lambda message: str(message.id)):
        if message.level >= checks.ERROR:
            raise StageError(f"{message.obj}: {message.msg} ({message.id})".removeprefix("None: "))


def _concerns(subject: object, record: PluginRecord) -> bool:
    model = subject if isinstance(subject, type) else getattr(subject, "model", None)
    module = getattr(model, "__module__", record.package)
    return module == record.package or module.startswith(record.package + ".")


def _check_tables(record: PluginRecord) -> None:
    own = set(models_of(record.package))
    others = [model for model in apps.get_models(include_auto_created=True) if model not in own]
    tables: dict[str, type[Model]] = {}
    for model in others:  # the core's come first, and own the table if a broken plugin wants it as well
        tables.setdefault(table_of(model._meta.db_table), model)
    for model in own:
        other = tables.get(table_of(model._meta.db_table))
        if other is not None and not model._meta.proxy:
            raise StageError(
                f'model {model.__name__} uses the table "{other._meta.db_table}" of {other._meta.label}; '
                "choose another Meta.db_table"
            )


def table_of(db_table: str) -> str:
    """The name by which a database finds the table: Django leaves one in quotes as it is, and SQLite minds no case."""
    return db_table.strip('"').casefold()


def _own_checks(package: str) -> list[Callable[..., Any]]:
    """Return the checks that modules of `package` registered, without those that look into a database."""
    found = [check for check in registry.get_checks() if _is_of(check, package)]
    return [check for check in found if checks.Tags.database not in getattr(check, "tags", ())]


def forget_checks(package: str) -> None:
    """Take the checks that modules of `package` registered out again."""
    for registered in (registry.registered_checks, registry.deployment_checks):
        registered.difference_update([check for check in registered if _is_of(check, package)])


def _is_of(check: Callable[..., Any], package: str) -> bool:
    module = getattr(check, "__module__", None) or ""
    return module == package or module.startswith(package + ".")
