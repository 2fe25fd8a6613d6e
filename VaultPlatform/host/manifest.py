"""`plugin.yaml`: what a plugin says of itself, and what it needs. The file may be missing, and so may every key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from VaultPlatform.config.errors import nearest_name
from VaultPlatform.host.manifest_file import ManifestError, read_file
from VaultPlatform.runs.queues import QUEUES

__all__ = ["FILE", "Manifest", "ManifestError", "Requires", "read_manifest"]

FILE = "plugin.yaml"


def _version(text: str) -> str:
    try:
        Version(text)
    except InvalidVersion as error:
        raise ValueError(f'"{text}" is no version; write one such as "1.2.0" (PEP 440)') from error
    return text


def _specifier(text: str) -> str:
    try:
        SpecifierSet(text)
    except InvalidSpecifier as error:
        raise ValueError(
            f'"{text}" is no range of versions; write one such as ">=1.2,<2" (PEP 440)'
        ) from error
    return text


def _requirement(text: str) -> str:
    try:
        Requirement(text)
    except InvalidRequirement as error:
        raise ValueError(f'"{text}" is no requirement; write one such as "httpx>=0.27" (PEP 508)') from error
    return text


_VersionText = Annotated[str, AfterValidator(_version)]
_Range = Annotated[str, AfterValidator(_specifier)]
_Package = Annotated[str, AfterValidator(_requirement)]


def _settings(text: str) -> str:
    if "." not in text or not all(part.isidentifier() for part in text.split(".")):
        raise ValueError(f'"{text}" names no class of a module; write one such as "config.Settings"')
    return text


def _permission(text: str) -> str:
    area, _, verb = text.partition(".")
    if not (area.isidentifier() and verb.isidentifier() and text == text.lower()):
        raise ValueError(f'"{text}" is no name of a permission; write one such as "notes.publish"')
    return text


def _queue(text: str) -> str:
    if text not in QUEUES:
        near = nearest_name(text, QUEUES)
        hint = f"; did you mean {near}?" if near else ""
        raise ValueError(f'there is no queue "{text}"; the queues are {", ".join(QUEUES)}{hint}')
    return text


_PermissionName = Annotated[str, AfterValidator(_permission)]
_QueueName = Annotated[str, AfterValidator(_queue)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=2000)


class Requires(_Part):
    """What has to be there for the plugin to load."""

    nimbusvault: _Range = Field(
        default="", description='Range of NimbusVault\'s versions, such as ">=0.1,<1".'
    )
    plugins: dict[str, _Range] = Field(
        default_factory=dict,
        description='Other plugins by name, each with a range of its versions; "" for any.',
    )
    packages: tuple[_Package, ...] = Field(
        default=(), description='Python packages that have to be installed, such as "httpx>=0.27".'
    )


class Manifest(_Part):
    """A plugin's `plugin.yaml`."""

    name: str = Field(default="", description="The plugin's name, exactly that of its folder.")
    version: _VersionText = Field(default="0", description='The plugin\'s version, such as "1.2.0".')
    title: str = Field(default="", description="What people call it.")
    description: str = Field(default="", description="What it does, in a sentence or two.")
    author: str = Field(default="", description="Who keeps it.")
    licence: str = Field(default="", description='Its licence, such as "MIT" (SPDX).')
    homepage: str = Field(default="", description="Where to read more.")
    requires: Requires = Field(default_factory=Requires, description="What has to be there.")
    level: Literal["site", "organisation"] = Field(
        default="organisation",
        description='"organisation": each may switch it off. "site": on in every organisation while it is on.',
    )
    settings: Annotated[str, AfterValidator(_settings)] = Field(
        default="config.Settings",
        description="The pydantic model of its block in VaultSettings.json: a class of one of its modules.",
    )
    tables: tuple[str, ...] | None = Field(
        default=None, description="Its tables, all of them, as the database names them."
    )
    hooks: tuple[str, ...] | None = Field(
        default=None, description="The hooks that it implements, all of them."
    )
    permissions: dict[_PermissionName, Literal["reader", "editor", "administrator"]] = Field(
        default_factory=dict,
        description="Permissions of its own, each with the least built-in role that has it.",
    )
    queues: tuple[_QueueName, ...] | None = Field(
        default=None, description="The queues that its background tasks wait in."
    )


def read_manifest(folder: Path, *, plugin: str = "") -> Manifest:
    """What the plugin in `folder` says of itself; all defaults without a file.

    Parameters: `plugin`, its name where the folder is called otherwise. Raises ManifestError naming each key that is
    wrong, with the nearest known one for one that is unknown.
    """
    where = f"{folder.name}/{FILE}"
    found = read_file(folder / FILE, where=where)
    try:
        manifest = Manifest.model_validate(found)
    except ValidationError as error:
        raise ManifestError("; ".join(f"{where}: {_told(each)}" for each in error.errors())) from error
    if manifest.name not in ("", plugin or folder.name):
        other = f"its entry point is {plugin}" if plugin else f"the folder is {folder.name}"
        raise ManifestError(f'{where}: name is "{manifest.name}", and {other}; make them the same')
    return manifest


def _told(error: Any) -> str:
    *parents, key = [str(part) for part in error["loc"]]
    place = ".".join((*parents, key))
    if error["type"] == "extra_forbidden":
        near = nearest_name(key, _known(parents))
        return f"{place} is unknown" + (f"; did you mean {'.'.join((*parents, near))}?" if near else "")
    return f"{place}: {error['msg'].removeprefix('Value error, ')}"


def _known(parents: list[str]) -> list[str]:
    """The keys of the part of the manifest that `parents` lead to."""
    model: Any = Manifest
    for name in parents:
        annotation = model.model_fields[name].annotation
        model = next(
            (each for each in (annotation, *get_args(annotation)) if hasattr(each, "model_fields")), None
        )
        if model is None:
            return []
    return list(model.model_fields)


def manifest_schema() -> dict[str, Any]:
    """The JSON Schema of `plugin.yaml`."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Manifest.model_json_schema()}
