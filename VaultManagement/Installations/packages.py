"""Packages of plugins over HTTP: received into a file of the site's state, of which a run's step gets the name.

Django closes the files of a request when its response is done, which removes them.
"""

import tempfile
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from VaultManagement.Documents.uploads import BlobReceiver, DocumentUploadParser
from VaultManagement.Site.archives import remove_abandoned
from VaultPlatform.installing.unpacking import MAX_BYTES
from VaultPlatform.storage.files import make_folder
from VaultPlatform.web.bodies import FRAMING_BYTES

#: Of a whole request.
MAX_BODY_BYTES: Final = MAX_BYTES + FRAMING_BYTES


class ReceivedPackage(UploadedFile):
    """A package that arrived completely, in the file `path` until it is closed."""

    def __init__(self, file: Any, *, name: str, content_type: str) -> None:
        file.flush()
        self.path = str(file.name)
        super().__init__(file=file, name=name, content_type=content_type, size=file.tell())


class PackageReceiver(BlobReceiver):
    """Takes one package."""

    what = "the plugin's package"

    def new_writer(self) -> Any:
        folder = make_folder(Path(settings.VAULT_HOME) / "imports")
        remove_abandoned(folder)
        return tempfile.NamedTemporaryFile(dir=folder)  # closed with the request

    def file_complete(self, file_size: int) -> ReceivedPackage:
        name, content_type = self.file_name or "", self.content_type or ""
        return ReceivedPackage(self._writers[-1], name=name, content_type=content_type)


class PackageParser(DocumentUploadParser):
    """Reads a multipart form with one package."""

    receiver = PackageReceiver

    def limit(self) -> int:
        return MAX_BYTES
