"""Which plugins there are: folders of the plugin directories. Nothing of a plugin is imported here."""

import difflib
import keyword
from dataclasses import dataclass, field
from pathlib import Path

from VaultPlatform.host.status import StageError

#: Names inside Plugins/ that are the platform's own.
RESERVED = frozenset({"Hooks", "plugin_manager", "__init__", "__pycache__"})


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """The plugin folders found, by name, the first directory winning."""

    folders: dict[str, Path]
    #: Name -> folders of the same name that are not used.
    shadowed: dict[str, list[Path]] = field(default_factory=dict)

    def folder(self, name: str) -> Path:
        """Return the folder of the plugin `name`. Raises `StageError` saying why there is none."""
        if name in RESERVED:
            raise StageError(f'"{name}" is the platform\'s own name inside Plugins/; rename the plugin')
        if not name.isidentifier() or keyword.iskeyword(name):
            raise StageError(
                f'"{name}" is not a Python identifier, so Plugins.{name} cannot be imported; rename it'
            )
        folder = self.folders.get(name)
        if folder is None:
            near = difflib.get_close_matches(name, self.folders, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise StageError(
                f"there is no folder Plugins/{name}; add it or take the name out of Base.active_plugins{hint}"
            )
        if not any(folder.glob("*.py")):
            raise StageError(f"Plugins/{name} holds no Python file, so there is nothing to load")
        return folder


def find_plugins(directories: list[Path]) -> Inventory:
    """Return every folder in `directories` that could be a plugin."""
    folders: dict[str, Path] = {}
    shadowed: dict[str, list[Path]] = {}
    for directory in directories:
        if not directory.is_dir():
            continue
        for folder in sorted(path for path in directory.iterdir() if _may_be_plugin(path)):
            if folder.name in folders:
                shadowed.setdefault(folder.name, []).append(folder)
            else:
                folders[folder.name] = folder
    return Inventory(folders=folders, shadowed=shadowed)


def _may_be_plugin(path: Path) -> bool:
    return path.is_dir() and path.name not in RESERVED and path.name[0] not in "._"
