"""Reverses migrations of plugins that an activation has applied, organisation by organisation."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from django.apps import apps
from django.db import connections
from django.db.migrations import DeleteModel, RemoveField, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder

from VaultPlatform.tenancy import list_organisations, use
from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.migration_outcome import in_one_line
from VaultPlatform.tenancy.migration_steps import migrate_back, steps
from VaultPlatform.tenancy.names import TEMPLATE
from VaultPlatform.tenancy.storage import storage

_GONE = (
    'Rows of {label} may be lost in {slug}: "{what}" of the migration {name} had been run there, and what that took'
    " away does not come back."
)
_HALF_WAY = (
    "Tables of {label} in {slug} may be neither old nor new: the migration {name} is not atomic, and failed."
)
#: Label -> migrations of it that an organisation had before.
Applied = dict[str, list[str]]


@dataclass(kw_only=True)
class Taken:
    """What came of it, in sentences."""

    #: What had to stay.
    notes: list[str] = field(default_factory=list)
    #: Where rows that were there before may be gone, or tables are not what they were.
    lost: list[str] = field(default_factory=list)


def take_back(
    labels: list[str], *, applied: dict[str, Applied], failed_in: Collection[str], only_empty: bool
) -> Taken:
    """Bring the tables of `labels` back to what they were.

    Parameters: `applied`, key of an organisation -> what it had before, nothing where it is not named; `failed_in`,
    slugs of those in which a migration failed; `only_empty` leaves tables that have rows alone, because somebody may
    have written them.
    """
    taken = Taken()
    with storage().lock(for_long=True):
        for organisation in (*list_organisations(), TEMPLATE):
            with use(organisation):
                if storage().exists(organisation):
                    before = applied.get(organisation.key, {})
                    if organisation.key != TEMPLATE.key:
                        taken.lost += _lost(organisation, before, failed=organisation.slug in failed_in)
                    _in_organisation(organisation, labels, before, taken, only_empty=only_empty)
                connections["default"].close()
    return taken


def _in_organisation(
    organisation: Organisation, labels: list[str], before: Applied, taken: Taken, *, only_empty: bool
) -> None:
    done = MigrationRecorder(connections["default"]).applied_migrations()
    waiting = [
        label
        for label in labels
        if {name for owner, name in done if owner == label} - {*before.get(label, ())}
    ]
    for label in reversed([each for step in steps() for each in step.labels if each in waiting]):
        if only_empty and (table := _with_rows(label)):
            taken.notes.append(
                f"Tables of {label} stay in {organisation.slug}: {table} has rows that somebody may want."
            )
            continue
        try:
            migrate_back(label, before.get(label, []), "default")
            if label not in before:
                forget_types(label)
        except Exception as error:  # noqa: BLE001  # whatever a migration raises; the others are still taken back
            stay = f"Tables of {label} stay in {organisation.slug}: {in_one_line(error)}"
            (taken.lost if label in before else taken.notes).append(stay)
            connections["default"].close()


def _lost(organisation: Organisation, before: Applied, *, failed: bool) -> list[str]:
    """What cannot be taken back of the migrations that were run on tables that were there before."""
    done = MigrationRecorder(connections["default"]).applied_migrations()
    found = []
    for step in steps():
        for migration in step.migrations():
            label, name = migration.app_label, migration.name
            if label not in before or name in before[label]:
                continue
            if (label, name) not in done:
                if failed and not migration.atomic:
                    found.append(_HALF_WAY.format(label=label, slug=organisation.slug, name=name))
            elif what := _takes_away(migration.operations):
                found.append(_GONE.format(label=label, slug=organisation.slug, name=name, what=what))
    return found


def _takes_away(operations: Iterable[Operation]) -> str | None:
    """The first operation that leaves less behind than there was, in Django's words."""
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            if found := _takes_away(operation.database_operations):
                return found
        elif isinstance(operation, RemoveField | DeleteModel) or not operation.reversible:
            return operation.describe()
    return None


def _with_rows(label: str) -> str | None:
    """A table of the app that is not empty."""
    connection = connections["default"]
    there = set(connection.introspection.table_names())
    for model in apps.get_app_config(label).get_models(include_auto_created=True):
        table = model._meta.db_table
        if table in there and model._base_manager.using("default").exists():
            return table
    return None


def forget_types(label: str) -> None:
    """Drop what Django noted of the app's models, permissions included."""
    from django.contrib.contenttypes.models import ContentType

    with suppress(LookupError):
        ContentType.objects.using("default").filter(app_label=label).delete()
