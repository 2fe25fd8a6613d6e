"""Django's own checks of a plugin's models, run per plugin: an error there would stop every management command."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.core import checks

from VaultPlatform.host.models_undo import models_of
from VaultPlatform.host.status import PluginRecord, Stage, StageError

if TYPE_CHECKING:
    from VaultPlatform.host.host import PluginHost


def check_models(host: "PluginHost") -> None:
    """Check the models of every plugin that is on, the last first: of two that clash the earlier one stays."""
    for record in reversed(host.records_on()):
        if record.has_models and models_of(record.package):
            with host.run_stage(record, Stage.MODELS):
                _check(record)
            if record.state != "on":
                apps.get_app_config(str(record.label)).forget()  # type: ignore[attr-defined]


def _check(record: PluginRecord) -> None:
    _check_tables(record)
    config = apps.get_app_config(str(record.label))
    found = checks.run_checks(app_configs=[config], tags=[checks.Tags.models])
    for message in sorted(found, key=lambda message: str(message.id)):
        if message.level >= checks.ERROR and _concerns(message.obj, record):
            raise StageError(f"{message.obj}: {message.msg} ({message.id})")


def _concerns(subject: object, record: PluginRecord) -> bool:
    model = subject if isinstance(subject, type) else getattr(subject, "model", None)
    module = getattr(model, "__module__", record.package)
    return module == record.package or module.startswith(record.package + ".")


def _check_tables(record: PluginRecord) -> None:
    own = set(models_of(record.package))
    tables = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model not in own
    }
    for model in own:
        other = tables.get(model._meta.db_table)
        if other is not None and not model._meta.proxy:
            raise StageError(
                f'model {model.__name__} uses the table "{model._meta.db_table}" of {other._meta.label}; '
                "choose another Meta.db_table"
            )
