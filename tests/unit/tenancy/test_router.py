"""Which plane a model's table is in."""

from django.contrib.auth.models import Group
from django_celery_beat.models import PeriodicTask

from VaultModels.control.models import Organisation as Row
from VaultPlatform.tenancy import Organisation, use
from VaultPlatform.tenancy.router import PlaneRouter

router = PlaneRouter()
ONE = Organisation(slug="one", key="one_1", name="One")


def test_the_sites_tables_are_in_control_and_all_others_in_the_organisations():
    assert router.db_for_read(Row) == router.db_for_write(Row) == "control"
    assert router.db_for_read(PeriodicTask) == "control"
    assert router.db_for_read(Group) == router.db_for_write(Group) == "default"


def test_relations_stay_within_a_plane():
    assert router.allow_relation(Group(), Group())
    assert not router.allow_relation(Group(), Row())


def test_without_an_organisation_there_is_no_organisations_database_to_migrate():
    assert not router.allow_migrate("default", "auth")
    with use(ONE):
        assert router.allow_migrate("default", "auth", model_name="group", some_hint=True)
        assert not router.allow_migrate("control", "auth")
        assert not router.allow_migrate("default", "control")
