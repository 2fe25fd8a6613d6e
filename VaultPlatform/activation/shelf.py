"""The plugins that are there, read from the disk as it is now: what each needs, and which the settings list."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from VaultPlatform.activation.errors import Refused, Unknown
from VaultPlatform.config import SettingsError, VaultSettings, load_environment, load_settings
from VaultPlatform.config.environment import REPOSITORY
from VaultPlatform.host.inventory import (
    RESERVED,
    find_plugins,
    folders_outside,
    installation_folder,
    names_in,
    nearest_plugin,
)
from VaultPlatform.host.manifest import ManifestError, read_manifest
from VaultPlatform.host.sources import installed_plugins


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What can be switched on, and what is."""

    #: `Base.active_plugins`.
    active: tuple[str, ...]
    #: Name -> its folder.
    folders: dict[str, Path]
    #: Name -> the plugins that it needs.
    needs: dict[str, tuple[str, ...]]

    def needed_by(self, names: Collection[str]) -> list[str]:
        """What `names` need and do not name, directly or not, dependencies first."""
        found: dict[str, None] = {}
        begun: set[str] = set()

        def visit(name: str) -> None:
            if name in begun:
                return
            begun.add(name)
            for needed in self.needs.get(name, ()):
                visit(needed)
            if name not in names:
                found[name] = None

        for name in names:
            visit(name)
        return list(found)

    def dependants_of(self, names: Collection[str]) -> list[str]:
        """The plugins in the list that need one of `names`, directly or not, in order."""
        found = set(names)
        while more := {
            name for name in self.active if name not in found and found & {*self.needs.get(name, ())}
        }:
            found |= more
        return [name for name in self.active if name in found - {*names}]

    def require(self, names: Collection[str]) -> None:
        """Raises Refused if there is no plugin of one of these names."""
        for name in names:
            if name not in self.folders:
                raise Unknown(self._unknown(name), reasons={name: f"there is no plugin {name}"})

    def _unknown(self, name: str) -> str:
        folder = Path(name)
        if len(folder.parts) > 1:
            return (
                f"{name} is a path, and plugins are switched by name. Add {folder.parent} to Base.plugin_dirs and say"
                f" {folder.name}, or bring it here: `manage.py plugins install {name}`."
            )
        near = nearest_plugin(name, self.folders)
        hint = f"did you mean {near}?" if near else "`manage.py plugins list` shows those there are."
        return (
            f"There is no plugin {name}; {hint} One that lies elsewhere is found if Base.plugin_dirs names the folder"
            f" that holds its folder, or is brought here by `manage.py plugins install path/to/{name}`."
        )


def read_shelf(settings: Path, *, home: Path) -> Shelf:
    """What the settings file and the folders say now. Raises Refused if the settings cannot be used."""
    first, own = REPOSITORY / "Plugins", installation_folder(home)
    try:
        loaded: VaultSettings = load_settings(settings, known_plugins=names_in(first, own))
    except SettingsError as error:
        raise Refused(f"The settings cannot be used as they are. {error}") from error
    outside = folders_outside(loaded.plugin_dirs, apps_dir=load_environment().apps_dir, installed=own)
    found = find_plugins(first, folders=outside, packages=installed_plugins())
    folders = {
        name: source.folder
        for name, source in found.sources.items()
        if source.folder is not None and name not in RESERVED
    }
    needs = {name: _needs(folder) for name, folder in folders.items()}
    return Shelf(active=tuple(loaded.Base.active_plugins), folders=folders, needs=needs)


def _needs(folder: Path) -> tuple[str, ...]:
    try:
        return tuple(read_manifest(folder).requires.plugins)
    except ManifestError:
        return ()  # the dry run says what is wrong with it
