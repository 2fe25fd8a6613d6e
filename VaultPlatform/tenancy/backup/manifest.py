"""A backup's last file: what there is in it."""

from typing import Annotated, Literal

from pydantic import Field

from VaultPlatform.tenancy import manifests
from VaultPlatform.tenancy.backup.problems import damaged, unfit
from VaultPlatform.tenancy.manifests import NAME, Count, Digest, Part

__all__ = ["MAX_BYTES", "NAME", "VERSION", "Manifest", "Member", "Saved", "read_manifest"]

FORMAT = "nimbusvault-backup"
#: Raised when an older NimbusVault could not read the backup, or would read it wrongly.
VERSION = 1
#: Bytes of the largest manifest that is read.
MAX_BYTES = 256 * 1024 * 1024


class Member(Part):
    """One file of the backup."""

    bytes: Count
    sha256: Digest


class Saved(Part):
    """One organisation."""

    slug: str
    #: Name of its storage, which it keeps.
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    #: Key of Database.organisations, for one with a database of its own.
    database: str = ""
    #: How many contents of documents there are of it.
    blobs: Count
    #: End of its audit chain: seq and hash.
    audit_head: tuple[Count, Digest] | None


class Manifest(Part):
    """What the backup holds."""

    format: Literal["nimbusvault-backup"]
    version: int
    #: ISO 8601.
    created_at: str
    engine: Literal["sqlite", "postgresql"]
    #: Version of the database's server, or of SQLite.
    engine_version: str
    #: App label -> names of the migrations that had run, of control plane and template together.
    migrations: dict[str, list[str]]
    #: Plugins that were on.
    plugins: list[str]
    #: In the order of their numbers, which begin with 1.
    organisations: list[Saved]
    #: All files but blobs, whose names say what they have to hold, and this one.
    members: dict[str, Member]
    #: Contents that rows name and the storage did not have, or not as they should be: organisation and digest.
    damaged: list[tuple[str, str]]


def read_manifest(text: bytes) -> Manifest:
    """The manifest that `text` is. Raises ValidationError, saying so for one of a newer format."""
    return manifests.read(
        Manifest,
        text,
        format=FORMAT,
        what="backup of a site",
        version=VERSION,
        remedy="install the version that made it",
        unfit=unfit,
        damaged=damaged,
    )
