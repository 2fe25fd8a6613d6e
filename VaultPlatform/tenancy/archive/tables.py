"""Which tables of an organisation travel."""

from typing import Any

from django.apps import apps
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from VaultErrors.BackendErrors import errors
from VaultPlatform.tenancy.migration_steps import plugin_labels
from VaultPlatform.tenancy.router import plane_of

#: Rows that name others by their number everywhere: matched by what they mean, since each database numbers its own.
REFERENCES = ("contenttypes.ContentType", "auth.Permission")
#: Ways in: who is signed in signs in again, and a machine gets a new key. Model -> why it stays.
LEFT_OUT = {
    "VaultModels.Session": "sign-ins are for one site",
    "VaultModels.SignInStart": "sign-ins are for one site",
    "VaultModels.ApiKey": "keys of machines are for one site",
    "VaultModels.Run": "runs are undone or gone on with where they began",
    "VaultModels.Delivery": "events reach the plugins of the site that they happened on",
}
#: The columns of a table that name a blob: its digest, and its size.
BLOBS = {"VaultModels.DocumentVersion": ("sha256", "size")}
_MIGRATIONS = "django_migrations"


def travelling() -> list[type[Model]]:
    """The models whose rows travel, references first, otherwise in the order of their names."""
    found = {model._meta.label: model for model in _models() if model._meta.label not in LEFT_OUT}
    return [found.pop(label) for label in REFERENCES] + [found[label] for label in sorted(found)]


def present(models: list[type[Model]]) -> list[type[Model]]:
    """Those of `models` that have a table in the current organisation; a plugin may not be migrated in it."""
    there = _tables()
    return [model for model in models if model._meta.db_table in there]


def unknown_tables() -> list[str]:
    """Tables of the current organisation that no model of this process stands for, such as of a plugin that is off."""
    return sorted(_tables() - {model._meta.db_table for model in _models()} - {_MIGRATIONS})


def refuse_unknown_tables() -> None:
    """Raises Conflict, naming them, if there are any: leaving rows behind in silence would be a loss."""
    if unknown := unknown_tables():
        raise errors.bad_request.Conflict(
            f"The organisation has tables that no plugin which is on stands for: {', '.join(unknown)}. Switch the"
            " plugin on that made them, or ask for an export without unknown tables."
        )


def applied_migrations() -> dict[str, list[str]]:
    """App label -> names of the migrations that the current organisation has, of the apps that are here."""
    labels = {config.label for config in apps.get_app_configs()}
    applied: dict[str, list[str]] = {}
    for label, name in sorted(MigrationRecorder(connections["default"]).applied_migrations()):
        if label in labels and plane_of(label) == "default":
            applied.setdefault(label, []).append(name)
    return applied


def plugins_of(labels: Any) -> dict[str, str]:
    """App label -> plugin, of those of `labels` that are a plugin's."""
    return {label: name for label, name in plugin_labels().items() if label in labels}


def _models() -> list[type[Model]]:
    """Every model whose rows are an organisation's, those of many-to-many relations included."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if plane_of(model._meta.app_label) == "default" and not model._meta.proxy
    ]


def _tables() -> set[str]:
    return set(connections["default"].introspection.table_names())
