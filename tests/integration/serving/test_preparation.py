"""What keeps `manage.py serve` from starting: a core that cannot be migrated, told in one message."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from VaultPlatform import tenancy
from VaultPlatform.serving.home import CannotStart
from VaultPlatform.serving.preparation import prepare
from VaultPlatform.tenancy.names import TEMPLATE

#: Others that depend on it are recorded, so without it the history is inconsistent.
FIRST = ("auth", "0001_initial")


@contextmanager
def unrecorded(alias: str) -> Iterator[None]:
    """The block finds the migration FIRST not recorded."""
    MigrationRecorder(connections[alias]).record_unapplied(*FIRST)
    try:
        yield
    finally:
        MigrationRecorder(connections[alias]).record_applied(*FIRST)


def test_a_template_whose_core_cannot_be_migrated_stops_the_start(django_db_setup: None) -> None:
    with (
        tenancy.use(TEMPLATE),
        unrecorded("default"),
        pytest.raises(CannotStart, match=r"The template cannot be migrated: InconsistentMigrationHistory"),
    ):
        prepare(admin_password="correct horse 9 battery")
    assert tenancy.get_organisation("demo") is None


def test_a_control_plane_that_cannot_be_migrated_stops_the_start(django_db_setup: None) -> None:
    with (
        unrecorded("control"),
        pytest.raises(CannotStart, match=r"The control plane cannot be migrated: InconsistentMigrationHist"),
    ):
        prepare(admin_password="correct horse 9 battery")


def test_an_organisation_that_cannot_be_migrated_is_told_and_the_others_are_served(
    make_org: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(make_org)
    organisation = make_org()
    from VaultPlatform.serving import preparation

    with tenancy.use(organisation), unrecorded("default"):
        preparation._migrate()  # `prepare` would make the first operator
    said = capsys.readouterr().out
    assert f"NOT MIGRATED: organisation {organisation.slug} (InconsistentMigrationHistory" in said
    assert f"migrate_orgs --org {organisation.slug}" in said
