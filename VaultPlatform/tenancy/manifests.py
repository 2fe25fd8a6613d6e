"""What the manifests of archives and of backups have in common: their values, and how one is read with distrust."""

import json
from collections.abc import Callable
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

M = TypeVar("M", bound=BaseModel)

#: File name of each of them.
NAME = "manifest.json"

Count = Annotated[int, Field(ge=0)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    """An object of a manifest: JSON types as they are, read-only."""

    model_config = ConfigDict(strict=True, frozen=True)


def read(
    model: type[M],
    text: bytes,
    *,
    format: str,  # noqa: A002  # as the manifest calls it
    what: str,
    version: int,
    remedy: str,
    unfit: Callable[[str], Exception],
    damaged: Callable[[str], Exception],
) -> M:
    """The manifest that `text` is.

    Parameters: `format` and `what`, the format's name and what people call it; `version`, the newest that is read;
    `remedy`, what to do about a newer one; `unfit` and `damaged`, the errors to be raised, made of their reason.
    """
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise damaged(f"its {NAME} is damaged") from error
    if not isinstance(raw, dict) or raw.get("format") != format:
        raise damaged(f"it is no {what}")
    if isinstance(raw.get("version"), int) and raw["version"] > version:
        raise unfit(
            f"it has format {raw['version']}, and this NimbusVault reads formats up to {version}; {remedy}"
        )
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise damaged(f"its {NAME} is damaged") from error
