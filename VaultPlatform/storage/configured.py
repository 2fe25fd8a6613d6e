"""The storage that VaultSettings.json chooses, and its limit."""

from functools import cache

from django.conf import settings

from VaultPlatform.storage.interface import BlobStorage


@cache
def blob_storage() -> BlobStorage:
    """The storage of this process. Raises SettingsError if the section `Storage` names none that can be built."""
    storage: BlobStorage = settings.BLOB_STORAGE.build(root=settings.VAULT_HOME / "storage")
    return storage


def max_upload_bytes() -> int:
    """Bytes of the largest file that is accepted."""
    limit: int = settings.BLOB_STORAGE.max_upload_bytes
    return limit
