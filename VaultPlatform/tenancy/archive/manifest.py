"""The archive's first file: what it holds, and what a site needs to take it in."""

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from VaultPlatform.tenancy.archive.tar import damaged, unfit

FORMAT = "nimbusvault-organisation"
#: Raised when an older NimbusVault could not read the archive, or would read it wrongly.
VERSION = 1
NAME = "manifest.json"
#: Bytes of the largest manifest that is read.
MAX_BYTES = 4 * 1024 * 1024

Count = Annotated[int, Field(ge=0)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class Named(_Part):
    """What the organisation was called."""

    slug: str
    name: Annotated[str, Field(max_length=200)]


class Table(_Part):
    """The file of a table."""

    rows: Count
    bytes: Count
    sha256: Digest


class Blobs(_Part):
    """The files under blobs/, taken together."""

    count: Count
    bytes: Count


class Files(_Part):
    """The files that plugins keep: their list, and what is under files/ taken together."""

    count: Count
    bytes: Count
    list_bytes: Count
    list_sha256: Digest


class Manifest(_Part):
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
    try:
        raw = json.loads(text)
        if not isinstance(raw, dict) or raw.get("format") != FORMAT:
            raise damaged("it is no export of an organisation")
        if isinstance(raw.get("version"), int) and raw["version"] > VERSION:
            raise unfit(
                f"it has format {raw['version']}, and this NimbusVault reads formats up to {VERSION}; upgrade the site"
                " first"
            )
        return Manifest.model_validate(raw)
    except (ValueError, RecursionError, ValidationError) as error:
        raise damaged(f"its {NAME} is damaged") from error
