"""Reverses migrations of plugins that an activation has applied, organisation by organisation."""

from contextlib import suppress

from django.apps import apps
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from VaultPlatform.tenancy import list_organisations, use
from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.migration_outcome import in_one_line
from VaultPlatform.tenancy.migration_steps import migrate_back, steps
from VaultPlatform.tenancy.names import TEMPLATE
from VaultPlatform.tenancy.storage import storage

#: Label -> migrations of it that an organisation had before.
Applied = dict[str, list[str]]


def take_back(labels: list[str], *, applied: dict[str, Applied], only_empty: bool) -> list[str]:
    """Bring the tables of `labels` back to what they were; returns what had to stay, in sentences.

    Parameters: `applied`, key of an organisation -> what it had before, nothing where it is not named; `only_empty`
    leaves tables that have rows alone, because somebody may have written them.
    """
    notes: list[str] = []
    with storage().lock(for_long=True):
        for organisation in (*list_organisations(), TEMPLATE):
            with use(organisation):
                if storage().exists(organisation):
                    before = applied.get(organisation.key, {})
                    notes += _in_organisation(organisation, labels, before, only_empty=only_empty)
                connections["default"].close()
    return notes


def _in_organisation(
    organisation: Organisation, labels: list[str], before: Applied, *, only_empty: bool
) -> list[str]:
    done = MigrationRecorder(connections["default"]).applied_migrations()
    waiting = [
        label
        for label in labels
        if {name for owner, name in done if owner == label} - {*before.get(label, ())}
    ]
    notes = []
    for label in reversed([each for step in steps() for each in step.labels if each in waiting]):
        if only_empty and (table := _with_rows(label)):
            notes.append(
                f"Tables of {label} stay in {organisation.slug}: {table} has rows that somebody may want."
            )
            continue
        try:
            migrate_back(label, before.get(label, []), "default")
            if label not in before:
                forget_types(label)
        except Exception as error:  # noqa: BLE001  # whatever a migration raises; the others are still taken back
            notes.append(f"Tables of {label} stay in {organisation.slug}: {in_one_line(error)}")
            connections["default"].close()
    return notes


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
