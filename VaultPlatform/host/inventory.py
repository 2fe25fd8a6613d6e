"""Which plugins there are, from everywhere: nothing of a plugin is imported here."""

import keyword
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from VaultPlatform.config.errors import nearest_name
from VaultPlatform.host.own_names import in_use, shadowed_by
from VaultPlatform.host.sources import Source
from VaultPlatform.host.status import StageError

#: Names inside Plugins/ that are the platform's own; the last two are words in routes of operators.
RESERVED = frozenset({"Hooks", "plugin_manager", "__init__", "__pycache__", "install", "update"})


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """The plugins found, by name; of several sources the first one wins."""

    sources: dict[str, Source]
    #: Name -> sources of the same name that are not used.
    shadowed: dict[str, list[Source]] = field(default_factory=dict)

    def source(self, name: str) -> Source:
        """Return where the plugin `name` is. Raises `StageError` saying why it cannot be used."""
        if name in RESERVED:
            raise StageError(f'"{name}" is the platform\'s own name inside Plugins/; rename the plugin')
        if not name.isidentifier() or keyword.iskeyword(name):
            raise StageError(
                f'"{name}" is not a Python identifier, so Plugins.{name} cannot be imported; rename it'
            )
        source = self.sources.get(name)
        if source is None:
            near = nearest_plugin(name, self.sources)
            hint = f"; did you mean {near}?" if near else ""
            raise StageError(
                f"there is no folder Plugins/{name}; add it or take the name out of Base.active_plugins{hint}"
            )
        if source.problem:
            raise StageError(source.problem)
        if source.folder is None or not any(source.folder.glob("*.py")):
            raise StageError(f"Plugins/{name} holds no Python file, so there is nothing to load")
        itself = name in (
            each.own_name for each in self.shadowed.get(name, ())
        )  # installed as a package, too
        if source.kind == "folder" and not itself and (other := shadowed_by(name, folder=source.folder)):
            raise StageError(
                f'its folder {source.folder} would be imported as "{name}", and that is {other}; rename the plugin'
            )
        if source.kind == "package" and (other := in_use(source.own_name)):
            raise StageError(
                f"{source} has the entry point {name} = {source.own_name}, and that is {other}; "
                "name a package of its own"
            )
        return source


def nearest_plugin(name: str, known: Iterable[str]) -> str | None:
    """The known plugin most like `name`; that both end in _Plugin makes no two alike."""
    nouns = {each.removesuffix("_Plugin"): each for each in known}
    near = nearest_name(name.removesuffix("_Plugin"), nouns)
    return nouns[near] if near else None


def installation_folder(home: Path) -> Path:
    """The folder of the plugins that were installed on this deployment."""
    return home / "plugins"


def names_in(*folders: Path) -> list[str]:
    """The names of what lies in these folders, which may be plugins' names."""
    return [path.name for folder in folders if folder.is_dir() for path in folder.iterdir()]


def folders_outside(configured: Sequence[Path], *, apps_dir: Path | None, installed: Path) -> list[Path]:
    """The folders of plugins outside of the repository.

    Those `configured`, the one beside `apps_dir`, and `installed`, if somebody has installed a plugin.
    """
    beside = [] if apps_dir is None else [apps_dir.parent / "plugins"]
    return list(dict.fromkeys([*configured, *beside, *([installed] if installed.is_dir() else [])]))


def find_plugins(
    repository: Path, *, folders: Sequence[Path] = (), packages: Iterable[tuple[str, Source]] = ()
) -> Inventory:
    """Return every plugin there could be.

    Parameters: `repository`, the folder Plugins/; `folders`, those outside of it; `packages`, what installed packages
    bring, with the plugins' names. Of one name, those in `repository` win, then those in `folders` in their order.
    """
    found = [*_in_folder(repository, outside=False)]
    found += [each for folder in folders for each in _in_folder(folder, outside=True)]
    sources: dict[str, Source] = {}
    shadowed: dict[str, list[Source]] = {}
    for name, source in (*found, *packages):
        if name in sources:
            shadowed.setdefault(name, []).append(source)
        else:
            sources[name] = source
    return Inventory(sources=sources, shadowed=shadowed)


def plugins_outside(folder: Path) -> dict[str, Source]:
    """Return the plugins in one folder outside of the repository, by name."""
    return dict(_in_folder(folder, outside=True))


def _in_folder(directory: Path, *, outside: bool) -> list[tuple[str, Source]]:
    if not directory.is_dir():
        return []
    paths = sorted(path for path in directory.iterdir() if _may_be_plugin(path))
    if not outside:
        return [(path.name, Source(kind="repository", folder=path)) for path in paths]
    return [(path.name, Source(kind="folder", folder=path, own_name=path.name)) for path in paths]


def _may_be_plugin(path: Path) -> bool:
    return path.is_dir() and path.name not in RESERVED and path.name[0] not in "._"
