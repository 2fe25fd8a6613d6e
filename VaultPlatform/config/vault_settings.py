"""VaultSettings.json as one typed, read-only value, and the only code that opens that file."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Self, TypeVar, overload

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, PrivateAttr, ValidationError

from VaultPlatform.config.blocks import Names, ambiguous_blocks, misspelt_sections
from VaultPlatform.config.errors import Problem, SettingsError
from VaultPlatform.config.folders import plugins_themselves
from VaultPlatform.config.problems import problems_of, unknown_keys
from VaultPlatform.config.reading import read_document
from VaultPlatform.config.references import locate, with_references
from VaultPlatform.config.sections import (
    AuthSection,
    BaseSection,
    CacheSection,
    CelerySection,
    DatabaseSection,
    StorageSection,
)
from VaultPlatform.config.targets import Target

Block = TypeVar("Block", bound=BaseModel)


class _AnyBlock(BaseModel):
    """The block of a plugin that has no model of it."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[Any, BeforeValidator(with_references)]] = Field(init=False)


class VaultSettings(BaseModel):
    """All of VaultSettings.json: the core's sections as attributes, plugins' blocks through `plugin()`."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)
    __pydantic_extra__: dict[str, dict[str, JsonValue]] = Field(init=False)

    editor_schema: str | None = Field(
        default=None, alias="$schema", description="Where an editor finds the JSON Schema of this file."
    )
    Base: BaseSection = Field(default=BaseSection(), description="What is switched on.")
    Database: DatabaseSection = Field(default=DatabaseSection(), description="Where rows are kept.")
    Celery: CelerySection = Field(default=CelerySection(), description="The background worker.")
    Auth: AuthSection = Field(default=AuthSection(), description="Sign-in and tokens.")
    Storage: StorageSection = Field(
        default_factory=StorageSection, description="Where the content of documents is kept."
    )
    Search: Target | None = Field(
        default=None, description="The search engine, a target. Checked, and without effect yet."
    )
    Cache: CacheSection = Field(default_factory=CacheSection, description="What is remembered for a while.")

    _file: Path = PrivateAttr(default=Path("VaultSettings.json"))
    _plugins: frozenset[str] = PrivateAttr(default=frozenset())

    @property
    def plugin_dirs(self) -> tuple[Path, ...]:
        """The folders of `Base.plugin_dirs`, absolute."""
        folder = self._file.absolute().parent
        return tuple((folder / Path(name).expanduser()).resolve() for name in self.Base.plugin_dirs)

    @overload
    def plugin(self, name: str, model: None = None) -> Mapping[str, Any]: ...
    @overload
    def plugin(self, name: str, model: type[Block]) -> Block: ...
    def plugin(self, name: str, model: type[BaseModel] | None = None) -> BaseModel | Mapping[str, Any]:
        """A plugin's own block; one that the file does not have is an empty one.

        Parameters:
            name: the plugin's name, such as "Bookmarks_Plugin".
            model: the plugin's pydantic model of its block. JSON types are not coerced, and a key that the
                model does not have is refused unless the model says `extra=` itself. Without a model, the
                block comes as a read-only mapping in which references are `Secret`s.

        Raises:
            SettingsError: the block does not fit the model, there are two blocks, or the plugin is named like
                a core section.
        """
        key, block = self._block(name)
        if model is not None:
            return self._validated(model, block, key)
        return _read_only(self._validated(_AnyBlock, block, key).model_extra)  # type: ignore[no-any-return]

    def unused_blocks(self, active: Collection[str]) -> list[str]:
        """Blocks that no active plugin answers for, in the file's order.

        Parameters:
            active: names of the plugins that are on.
        """
        served = self._names(active).served(active)
        return [key for key in self.model_extra or () if key not in served]

    def read_from(self, file: Path, *, plugins: Collection[str]) -> Self:
        """These settings, knowing the file that they are from and the plugins known of."""
        self._file, self._plugins = file, frozenset(plugins)
        locate(self, file=file, key="")
        return self

    def _names(self, more: Collection[str] = ()) -> Names:
        return Names(core=CORE_KEYS, plugins=self._plugins.union(more))

    def _block(self, plugin: str) -> tuple[str, dict[str, Any]]:
        names, blocks, file = self._names([plugin]), self.model_extra or {}, str(self._file)
        if names.is_core(plugin):
            wrong = f"the plugin {plugin} is named like a section of the core"
            raise SettingsError(
                Problem(file=file, key=plugin, wrong=wrong, expected="another name for the plugin")
            )
        ambiguous = list(ambiguous_blocks(blocks, plugins=[plugin], names=names, file=file))
        if ambiguous:
            raise SettingsError(*ambiguous)
        key = next((key for key in names.of(plugin) if key in blocks), plugin)
        return key, blocks.get(key, {})

    def _validated(self, model: type[Block], block: dict[str, Any], key: str) -> Block:
        problems = unknown_keys(model, block, file=str(self._file), under=key)
        value = _validate(model, block, file=str(self._file), under=key, problems=problems)
        locate(value, file=self._file, key=key)
        return value


#: The top-level keys of the file that are the core's.
CORE_KEYS = tuple(field.alias or name for name, field in VaultSettings.model_fields.items())


def load_settings(path: Path, *, known_plugins: Collection[str] = ()) -> VaultSettings:
    """Read and validate the settings file.

    Parameters:
        path: the file; messages name it as given here.
        known_plugins: plugins that may be off, beside `Base.active_plugins`; their blocks are never taken for
            misspelt sections.

    Raises:
        SettingsError: everything that is wrong with the file, at once.
    """
    document, file = read_document(path), str(path)
    active = _listed_plugins(document)
    names = Names(core=CORE_KEYS, plugins={*active, *known_plugins})
    problems = [
        *misspelt_sections(document, names=names, file=file),
        *ambiguous_blocks(document, plugins=active, names=names, file=file),
    ]
    settings = _validate(VaultSettings, document, file=file, problems=problems)
    settings.read_from(path, plugins=names.plugins)
    if problems := list(plugins_themselves(settings.plugin_dirs, file=file)):
        raise SettingsError(*problems)
    return settings


def _listed_plugins(document: Mapping[str, Any]) -> list[str]:
    """`Base.active_plugins` of a file that is not validated yet, as far as it makes sense."""
    base = document.get("Base")
    listed = base.get("active_plugins") if isinstance(base, dict) else None
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    return list(dict.fromkeys(names))


def _validate(
    model: type[Block], document: Mapping[str, Any], *, file: str, problems: list[Problem], under: str = ""
) -> Block:
    """`document` as a `model`, unless it or something before it, in `problems`, is wrong."""
    value = None
    try:
        value = model.model_validate_json(json.dumps(document), strict=True)
    except ValidationError as error:
        told = {problem.key for problem in problems}
        found = problems_of(error, model=model, document=document, file=file, under=under)
        problems = [*problems, *(problem for problem in found if problem.key not in told)]
    if value is None or problems:
        raise SettingsError(*problems)
    return value


def _read_only(value: Any) -> Any:
    if isinstance(value, Mapping):
        return MappingProxyType({key: _read_only(item) for key, item in value.items()})
    return tuple(map(_read_only, value)) if isinstance(value, list) else value
