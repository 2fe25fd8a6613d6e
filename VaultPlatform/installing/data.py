"""What a plugin has in the databases: counted, written out, dropped. Run in a child that has the plugin loaded."""

import json
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core import serializers
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from VaultPlatform.activation.taking_back import forget_types
from VaultPlatform.schedules.of_plugins import names_of
from VaultPlatform.tenancy import list_organisations, use
from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.names import TEMPLATE
from VaultPlatform.tenancy.storage import storage


def labels_of(plugin: str) -> list[str]:
    """The app labels of a plugin: one, or none."""
    return [config.label for config in apps.get_app_configs() if config.name == f"Plugins.{plugin}"]


def count_rows(plugin: str) -> dict[str, Any]:
    """`tables`, table -> rows in all organisations; `organisations`, slug -> rows; `schedules`, names of such."""
    tables: dict[str, int] = {model._meta.db_table: 0 for model in _models(plugin)}
    found: dict[str, int] = {}
    for organisation in _organisations(template=False):
        there = _tables_here()
        for model in _models(plugin):
            table = model._meta.db_table
            rows = model._base_manager.using("default").count() if table in there else 0
            tables[table] += rows
            found[organisation.slug] = found.get(organisation.slug, 0) + rows
    return {"tables": tables, "organisations": found, "schedules": names_of(plugin)}


def export_rows(plugin: str, file: Path) -> dict[str, int]:
    """Write all rows into a tar file, a member of JSON lines for each organisation and model; model -> rows."""
    counted: dict[str, int] = {}
    file.parent.mkdir(mode=0o700, exist_ok=True)
    with tarfile.open(file, "x:gz") as archive:
        for organisation in _organisations(template=False):
            there = _tables_here()
            for model in _models(plugin):
                if model._meta.db_table in there:
                    rows = model._base_manager.using("default").order_by("pk").iterator()
                    text = serializers.serialize("jsonl", rows).encode()
                    _add(archive, f"{organisation.slug}/{model._meta.label}.jsonl", text)
                    counted[model._meta.label] = counted.get(model._meta.label, 0) + text.count(b"\n")
        _add(archive, "manifest.json", json.dumps({"plugin": plugin, "rows": counted}, indent=2).encode())
    return counted


def drop_tables(plugin: str) -> dict[str, Any]:
    """Drop the tables, what Django noted of them, and that their migrations were run, everywhere.

    `dropped`, the tables; `rows`, model -> the rows that went with them.
    """
    dropped: dict[str, None] = {}
    rows: dict[str, int] = {}
    with storage().lock(for_long=True):
        for organisation in _organisations(template=True):
            there = _tables_here()
            connection = connections["default"]
            for model in _models(plugin):
                if model._meta.db_table in there and organisation != TEMPLATE:
                    label, count = model._meta.label, model._base_manager.using("default").count()
                    rows[label] = rows.get(label, 0) + count
            with connection.schema_editor() as editor:
                for model in reversed(_models(plugin)):
                    if model._meta.db_table in there and not model._meta.auto_created:
                        editor.delete_model(model)
                        dropped[model._meta.db_table] = None
            for label in labels_of(plugin):
                recorder = MigrationRecorder(connection)
                recorder.migration_qs.filter(app=label).delete()
                forget_types(label)
    return {"dropped": list(dropped), "rows": rows}


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    archive.addfile(info, BytesIO(content))


def _models(plugin: str) -> list[type[Model]]:
    return [
        model
        for label in labels_of(plugin)
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def _organisations(*, template: bool) -> Iterator[Organisation]:
    """Each organisation that has a database, entered as the current one; the template last, so that a run which was
    ended half-way finds in it that there is something left to do.
    """
    for organisation in (*list_organisations(), *([TEMPLATE] if template else [])):
        with use(organisation):
            if storage().exists(organisation):
                yield organisation
            connections["default"].close()


def _tables_here() -> set[str]:
    return set(connections["default"].introspection.table_names())
