"""What a plugin's models say and its migrations do not: an endpoint would ask for a column that no table has.

Django's own autodetector compares them, on what the plugin alone has, and without a database.
"""

from collections.abc import Mapping
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.migrations import Migration, operations
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ModelState, ProjectState

#: Changes that leave every table as it is.
_ELSEWHERE = (
    operations.AlterModelManagers,
    operations.AlterModelOptions,
    operations.AlterModelTableComment,
)


def unmigrated(
    config: AppConfig, migrations: Mapping[str, Migration], *, in_tables: bool = True
) -> list[str]:
    """What a new migration would have to change, in words; [] if the migrations make what the models say.

    Parameters: `migrations`, those of the plugin, by name; `in_tables`, whether that is all that is asked for. Raises
    what fields raise that cannot be compared.
    """
    loader = _Loader(config.label, migrations)
    before, now = loader.project_state(), ProjectState()
    for model in config.get_models(include_swapped=True):
        now.add_model(ModelState.from_model(model))
    label = {config.label}
    detector = MigrationAutodetector(before, now, MigrationQuestioner(specified_apps=label))
    changes = detector.changes(loader.graph, trim_to_apps=label, convert_apps=label)
    return [
        f"{_subject(operation, config.label, before, now)} has no migration ({operation.describe()})"
        for migration in changes.get(config.label, ())
        for operation in migration.operations
        if not in_tables or _concerns_tables(operation, config.label, before, now)
    ]


class _Loader(MigrationLoader):
    """Sees the migrations of one app, and nothing of what they depend on."""

    def __init__(self, label: str, migrations: Mapping[str, Migration]) -> None:
        self._own = {(label, name): type(each)(name, label) for name, each in migrations.items()}
        super().__init__(None, ignore_no_migrations=True)

    def load_disk(self) -> None:
        """Take what was imported already."""
        self.disk_migrations = dict(self._own)
        self.migrated_apps, self.unmigrated_apps = {label for label, _ in self._own}, set()

    def add_external_dependencies(self, key: tuple[str, str], migration: Migration) -> None:
        """Leave out what other apps have."""


def _subject(operation: Operation, label: str, before: ProjectState, now: ProjectState) -> str:
    """Label, model and field that an operation is about, as far as it has them."""
    model = str(getattr(operation, "model_name", None) or getattr(operation, "name", ""))
    state = _model(now, label, model) or _model(before, label, model)
    named = [label, state.name if state else model]
    if isinstance(operation, operations.AddField | operations.RemoveField | operations.AlterField):
        named.append(operation.name)
    return ".".join(named)


def _concerns_tables(operation: Operation, label: str, before: ProjectState, now: ProjectState) -> bool:
    if isinstance(operation, _ELSEWHERE):
        return False
    if isinstance(operation, operations.CreateModel | operations.DeleteModel):
        state = _model(now, label, operation.name) or _model(before, label, operation.name)
        options = state.options if state else {}
        return bool(options.get("managed", True)) and not options.get("proxy", False)
    if isinstance(operation, operations.AlterField):
        was = before.models[label, operation.model_name_lower].get_field(operation.name)
        return _column(was, operation.name) != _column(operation.field, operation.name)
    return True


def _column(field: Any, name: str) -> tuple[Any, ...]:
    """What a field is in its table. What else it is made of may be unlike itself at each start."""
    field = field.clone()
    field.set_attributes_from_name(name)
    relation = field.remote_field
    if relation is not None:
        through = getattr(relation, "through", None)
        kind: Any = [str(getattr(each, "_meta", each)).lower() for each in (relation.model, through)]
        kind += [getattr(field, "db_constraint", None), getattr(relation, "field_name", None) or None]
    else:
        kind = field.db_parameters(connections["default"])
    said = field.deconstruct()[3]
    computed = [said.get(key) for key in ("db_default", "expression", "db_persist")]
    return field.column, field.null, field.unique, field.primary_key, field.db_index, kind, computed


def _model(state: ProjectState, label: str, name: str) -> ModelState | None:
    return state.models.get((label, name.lower()))
