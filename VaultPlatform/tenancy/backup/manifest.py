"""A backup's last file: what there is in it."""

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from VaultPlatform.tenancy.backup.problems import damaged, unfit

NAME = "manifest.json"
FORMAT = "nimbusvault-backup"
#: Raised when an older NimbusVault could not read the backup, or would read it wrongly.
VERSION = 1
#: Bytes of the largest manifest that is read.
MAX_BYTES = 256 * 1024 * 1024

Count = Annotated[int, Field(ge=0)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class Member(_Part):
    """One file of the backup."""

    bytes: Count
    sha256: Digest


class Saved(_Part):
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


class Manifest(_Part):
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
    try:
        raw = json.loads(text)
        if not isinstance(raw, dict) or raw.get("format") != FORMAT:
            raise damaged("it is no backup of a site")
        if isinstance(raw.get("version"), int) and raw["version"] > VERSION:
            raise unfit(
                f"it has format {raw['version']}, and this NimbusVault reads formats up to {VERSION}; install the"
                " version that made it"
            )
        return Manifest.model_validate_json(text)
    except (ValueError, RecursionError, ValidationError) as error:
        raise damaged(f"its {NAME} is damaged") from error
