"""What a plugin.yaml declares, held against what is there. All is optional: what is not declared is not checked."""

from collections.abc import Collection, Sequence
from typing import Any

from django.apps import apps
from pydantic import BaseModel

from VaultPlatform.config.errors import nearest_name
from VaultPlatform.host.models_undo import models_of
from VaultPlatform.host.status import PluginRecord, StageError


def check_declared_tables(record: PluginRecord) -> None:
    """Raises `StageError` unless the tables that are declared are those of the plugin's own models."""
    if record.manifest.tables is None:
        return
    own = {model._meta.db_table for model in models_of(record.package) if not model._meta.proxy}
    others = {
        model._meta.db_table: model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table not in own
    }
    for table in record.manifest.tables:
        if table in others:
            raise StageError(
                f'plugin.yaml declares the table "{table}" of {others[table]}; a plugin has its own tables only: '
                "take it out"
            )
    _check_complete("tables", record.manifest.tables, own, what="a model has the table")


def check_declared_hooks(record: PluginRecord, implemented: Collection[str]) -> None:
    """Raises `StageError` unless the hooks that are declared are those that the plugin's class implements."""
    if record.manifest.hooks is not None:
        _check_complete("hooks", record.manifest.hooks, implemented, what=f"{record.name}.py implements")


def check_declared_permissions(record: PluginRecord, *, area: str, derived: dict[str, str]) -> None:
    """Raises `StageError` for a permission that is not in the plugin's `area`, or that its views see otherwise.

    Parameters: `derived`, name and least role of those that its views need.
    """
    for name, role in record.manifest.permissions.items():
        if name.partition(".")[0] != area:
            raise StageError(
                f'plugin.yaml declares the permission "{name}"; those of this plugin begin with "{area}.": rename it'
            )
        if derived.get(name, role) != role:
            raise StageError(
                f'plugin.yaml declares the permission "{name}" for {role}s, and its views need it for {derived[name]}s;'
                " make them the same"
            )


def declared_settings(record: PluginRecord, module: Any) -> type[BaseModel] | None:
    """The model of the plugin's block in `module`, None if there is none. Raises `StageError` if that is wrong."""
    where, _, name = record.manifest.settings.rpartition(".")
    model = getattr(module, name, None)
    file = f"{record.name}/{where.replace('.', '/')}.py"
    if model is None and "settings" in record.manifest.model_fields_set:
        raise StageError(
            f"plugin.yaml declares the settings {record.manifest.settings}; write them into {file}"
        )
    if model is not None and not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise StageError(f"{file}: {name} must be a class derived from pydantic's BaseModel")
    return model


def _check_complete(key: str, declared: Sequence[str], there: Collection[str], *, what: str) -> None:
    for name in declared:
        if name not in there:
            near = nearest_name(name, there)
            hint = f'did you mean "{near}"?' if near else "take it out, or write it"
            raise StageError(f'plugin.yaml, {key}: there is no "{name}" in this plugin; {hint}')
    for name in sorted(set(there) - set(declared)):
        raise StageError(f'plugin.yaml, {key}: {what} "{name}", which is not declared; add it')
