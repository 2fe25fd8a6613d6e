"""Django's own file storage is a folder of the current organisation's."""

import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.db import models

from VaultPlatform.storage import blob_storage
from VaultPlatform.tenancy import NoOrganisation, Organisation, use
from VaultPlatform.tenancy.exceptions import NoAddress

ONE = Organisation(slug="one", key="one_f00001", name="One")
TWO = Organisation(slug="two", key="two_f00002", name="Two")


@pytest.fixture(autouse=True)
def _rooms():
    yield
    for organisation in (ONE, TWO):
        with use(organisation):
            blob_storage().clear()


def test_the_same_name_in_two_organisations_is_two_files():
    for organisation in (ONE, TWO):
        with use(organisation):
            assert default_storage.save("x", ContentFile(organisation.slug.encode())) == "x"
    for organisation in (ONE, TWO):
        with use(organisation):
            with default_storage.open("x") as file:
                assert file.read() == organisation.slug.encode()
            assert default_storage.listdir("")[1] == ["x"]
    with use(ONE):
        default_storage.delete("x")
        assert not default_storage.exists("x")
    with use(TWO):
        assert default_storage.exists("x")


def test_they_lie_with_the_organisations_contents_and_are_private():
    with use(ONE):
        default_storage.save("folder/x", ContentFile(b"x"))
        path = Path(default_storage.path("folder/x"))
    room = Path(settings.VAULT_HOME) / "storage" / ONE.key
    assert path == room / "files" / "folder" / "x"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with use(ONE):
        blob_storage().clear()
    assert not path.exists()


def test_no_name_leads_to_another_organisation():
    with use(TWO):
        default_storage.save("x", ContentFile(b"of two"))
    for name in (f"../../{TWO.key}/files/x", f"/{TWO.key}/x", "a/../../../x"):
        with use(ONE), pytest.raises(SuspiciousFileOperation):
            default_storage.open(name)
        with use(ONE), pytest.raises(SuspiciousFileOperation):
            default_storage.save(name, ContentFile(b""))


def test_a_file_field_of_a_model_uses_it():
    field = models.FileField(upload_to="invoices")
    with use(ONE):
        assert str(ONE.key) in field.storage.path("x")
    with use(TWO):
        assert str(TWO.key) in field.storage.path("x")


def test_without_an_organisation_it_says_what_to_do():
    with pytest.raises(NoOrganisation, match="files"):
        default_storage.save("x", ContentFile(b"x"))
    with pytest.raises(NoOrganisation):
        default_storage.exists("x")


def test_a_file_has_no_address_past_the_gate():
    with use(ONE), pytest.raises(NoAddress, match="FileResponse"):
        default_storage.url("x")


def test_a_storage_that_a_plugin_makes_without_a_folder_cannot_write_for_all():
    with use(ONE), pytest.raises((NotADirectoryError, FileExistsError), match="default_storage"):
        FileSystemStorage().save("x", ContentFile(b"x"))


def test_static_files_are_the_sites():
    assert storages["staticfiles"].url("x") == "/vault/api/static/x"
