"""The archive's first file: what it holds, and what a site needs to take it in."""

from typing import Annotated, Literal

from pydantic import Field

from VaultPlatform.tenancy import manifests
from VaultPlatform.tenancy.archive.tar import damaged, unfit
from VaultPlatform.tenancy.manifests import NAME, Count, Digest, Part

__all__ = ["MAX_BYTES", "NAME", "VERSION", "Blobs", "Files", "Manifest", "Named", "Table", "read_manifest"]

FORMAT = "nimbusvault-organisation"
#: Raised when an older NimbusVault could not read the archive, or would read it wrongly.
VERSION = 1
#: Bytes of the largest manifest that is read.
MAX_BYTES = 4 * 1024 * 1024


class Named(Part):
    """What the organisation was called."""

    slug: str
    name: Annotated[str, Field(max_length=200)]


class Table(Part):
    """The file of a table."""

    rows: Count
    bytes: Count
    sha256: Digest


class Blobs(Part):
    """The files under blobs/, taken together."""

    count: Count
    bytes: Count


class Files(Part):
    """The files that plugins keep: their list, and what is under files/ taken together."""

    count: Count
    bytes: Count
    list_bytes: Count
    list_sha256: Digest


class Manifest(Part):
    """What the archive holds."""

    format: Literal["nimbusvault-organisation"]
    version: int
    #: ISO 8601.
    created_at: str
    organisation: Named
    #: The engine that it came from, for people.
    database: str
    #: App label -> names of the migrations that had run.
    migrations: dict[str, list[str]]
    #: App label -> plugin, of those apps that are a plugin's.
    plugins: dict[str, str]
    #: Model -> its file, in the order in which the files follow.
    tables: dict[str, Table]
    blobs: Blobs
    files: Files
    #: Tables that the organisation had and the archive has not.
    left_out: list[str]

    @property
    def size(self) -> int:
        """Bytes of all that follows."""
        return sum(table.bytes for table in self.tables.values()) + self.blobs.bytes + self.files.bytes


def read_manifest(text: bytes) -> Manifest:
    """The manifest that `text` is. Raises ValidationError, saying so for one of a newer format."""
    return manifests.read(
        Manifest,
        text,
        format=FORMAT,
        what="export of an organisation",
        version=VERSION,
        remedy="upgrade the site first",
        unfit=unfit,
        damaged=damaged,
    )
