"""Django's own file storage, in a folder of each organisation: what `default_storage` and a plugin's FileField use.

Documents are not kept here: see `VaultPlatform.storage`. The folder lies beside the organisation's blobs, so that
whatever is done with the one (backup, export, removal) is done with the other.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from VaultPlatform.tenancy.context import current
from VaultPlatform.tenancy.exceptions import NoAddress

#: Where code that passes the storage by would write. It cannot: the name tells what to use.
NO_MEDIA_ROOT = "/dev/null/use django.core.files.storage.default_storage"
FOLDER = "files"


class OrganisationFiles(FileSystemStorage):
    """Files of the current organisation, readable by this user only. Without an organisation, NoOrganisation."""

    def __init__(self, **_options: Any) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @property
    def base_location(self) -> str:  # asked anew at each use, where Django keeps it
        return str(Path(settings.VAULT_HOME) / "storage" / current().key / FOLDER)

    @property
    def location(self) -> str:
        return os.path.abspath(self.base_location)  # noqa: PTH100  # as Django has it

    def url(self, name: str | None) -> str:
        raise NoAddress(name=name or "")


def remove_files() -> None:
    """Remove all files of the current organisation."""
    folder = Path(settings.VAULT_HOME) / "storage" / current().key
    if folder.exists():
        shutil.rmtree(folder)
