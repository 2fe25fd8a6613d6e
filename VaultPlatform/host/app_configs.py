"""Plugins as Django apps: AppConfig instances whose failures stay the plugin's.

INSTALLED_APPS takes instances, so each plugin with models, migrations or an apps.py gets an instance of a class made
from its own AppConfig (or Django's) and `Contained`.
"""

import inspect
from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Protocol

from django.apps import AppConfig

from VaultPlatform.host.imports import import_optional
from VaultPlatform.host.models_undo import forget_models, models_of
from VaultPlatform.host.status import PluginRecord, Stage, StageError


class Host(Protocol):
    """What a contained app asks of the host."""

    def run_stage(self, record: PluginRecord, name: Stage) -> AbstractContextManager[None]: ...

    def without_migrations(self, label: str) -> None: ...


class Contained(AppConfig):
    """The part of a plugin's AppConfig that contains its failures. `record` and `host` are set on the subclass."""

    record: PluginRecord
    host: Host

    def import_models(self) -> None:
        """Import the models; on failure leave no trace of them in Django."""
        if self.record.state == "on":
            with self.host.run_stage(self.record, Stage.MODELS):
                super().import_models()
                _check_labels(self.record)
                self.record.has_models = True
        if not self.record.has_models:
            self.forget()

    def forget(self) -> None:
        """Take everything back that importing the models registered."""
        self.record.has_models = False
        forget_models(package=self.record.package, label=self.label)
        self.models = {}
        self.models_module = None
        self.host.without_migrations(self.label)

    def ready(self) -> None:
        """Run the plugin's own ready()."""
        if self.record.state == "on":
            with self.host.run_stage(self.record, Stage.READY):
                super().ready()


def is_app(record: PluginRecord) -> bool:
    """Whether the plugin has to be a Django app."""
    folder = record.folder
    if folder is None:
        return False
    names = ("apps.py", "apps", "models.py", "models", "migrations")
    return any((folder / name).exists() for name in names)


def app_config(record: PluginRecord, *, module: ModuleType, host: Host) -> AppConfig:
    """Return the contained AppConfig instance of a plugin. Raises `StageError`, or what its apps.py raises."""
    own = _own_config(record)
    name = getattr(own, "name", record.package)
    if name not in (record.package, record.own_name):
        raise StageError(
            f'{record.name}/apps.py: {own.__name__}.name is "{name}"; it must be "{record.package}"'
        )
    body = {"record": record, "host": host, "__module__": own.__module__, "name": record.package}
    if not hasattr(own, "label"):
        body["label"] = record.name
    contained: type[AppConfig] = type(own.__name__, (Contained, own), body)
    return contained(record.package, module)


def _own_config(record: PluginRecord) -> type[AppConfig]:
    module = import_optional(f"{record.package}.apps")
    if module is None:
        return AppConfig
    found = [
        value
        for _, value in inspect.getmembers(module, inspect.isclass)
        if issubclass(value, AppConfig) and value is not AppConfig and getattr(value, "default", True)
    ]
    chosen = found if len(found) == 1 else [value for value in found if getattr(value, "default", False)]
    if len(chosen) > 1 or (found and not chosen):
        names = ", ".join(value.__name__ for value in found)
        raise StageError(
            f"{record.name}/apps.py has several AppConfig classes ({names}); set default = True on one"
        )
    return chosen[0] if chosen else AppConfig


def _check_labels(record: PluginRecord) -> None:
    for model in models_of(record.package):
        if model._meta.app_label != record.label:
            raise StageError(
                f'model {model.__name__} has Meta.app_label = "{model._meta.app_label}"; '
                f'a plugin owns its own label only: write "{record.label}"'
            )


def core_labels(core_apps: Sequence[str]) -> dict[str, str]:
    """Return label -> entry of the core's INSTALLED_APPS entries."""
    return {AppConfig.create(entry).label: entry for entry in core_apps}
