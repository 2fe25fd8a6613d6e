"""Plugins from outside of the repository by their own names: `import Notes_Plugin` beside `Plugins.Notes_Plugin`.

Both names are one module. A plugin that is on is imported as `Plugins.<Name>`, and its own name leads there: there are
no two copies of its classes. What is in a folder of plugins and is not on is an ordinary package that can be imported
by its own name, behind everything else that has that name.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from itertools import accumulate
from pathlib import Path
from types import ModuleType

from VaultPlatform.config import REPOSITORY


def taken_by(name: str) -> str:
    """Whose the top-level name `name` is, if it can be no plugin's; empty if it can."""
    if name in sys.stdlib_module_names or name in sys.builtin_module_names:
        return f'the module "{name}" of Python\'s standard library'
    if name == "Plugins" or any((REPOSITORY / f"{name}{suffix}").exists() for suffix in ("", ".py")):
        return f'"{name}" of the vault itself ({REPOSITORY / name})'
    return ""


def in_use(dotted: str) -> str:
    """Who uses the installed package `dotted` as something else than a plugin; empty if nobody does."""
    if taken := taken_by(dotted.partition(".")[0]):
        return taken
    imported = sys.modules.get(dotted)
    return "" if imported is None or imported.__name__ != dotted else f"{dotted}, which is in use already"


def shadowed_by(name: str, *, folder: Path) -> str:
    """What a package `name` in `folder` would hide from all others that import it; empty if nothing."""
    if taken := taken_by(name):
        return taken
    spec = PathFinder.find_spec(name)
    if spec is None or spec.origin is None or Path(spec.origin).is_relative_to(folder):
        return ""
    return f'the installed package "{name}" ({spec.origin})'


class OwnNames:
    """A meta path finder that stands in front: the own names of plugins that are on lead to `Plugins.<Name>`.

    Parameters: `plugins`, own name -> plugin's name of each plugin that is on, or has failed.
    """

    def __init__(self, plugins: Mapping[str, str]) -> None:
        self._plugins = plugins

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find what is a plugin's; leave everything else to the finders behind."""
        for own in reversed([*accumulate(fullname.split("."), "{}.{}".format)]):
            if name := self._plugins.get(own):
                real = f"Plugins.{name}{fullname.removeprefix(own)}"
                if importlib.util.find_spec(real) is None:
                    return None
                return ModuleSpec(fullname, _SameModule(real), is_package=fullname == own)
        return None


class _SameModule(Loader):
    """A loader that gives the module of another name, instead of a copy of it."""

    def __init__(self, real: str) -> None:
        self._real = real

    def create_module(self, spec: ModuleSpec) -> None:
        """Have Python make an empty one, which is then replaced."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the other one in its place, which is what the import returns."""
        sys.modules[module.__name__] = importlib.import_module(self._real)


class FolderPackages:
    """A meta path finder that stands behind: packages in the folders of plugins, of those that are not on."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = [str(folder) for folder in folders]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a package that nobody else has found."""
        if path is not None or "." in fullname:
            return None
        spec = PathFinder.find_spec(fullname, self._folders, target)
        return spec if spec is not None and spec.submodule_search_locations else None


def install(front: OwnNames, behind: FolderPackages) -> None:
    """Put both into their places, instead of earlier ones."""
    others = [each for each in sys.meta_path if not isinstance(each, OwnNames | FolderPackages)]
    sys.meta_path[:] = [front, *others, behind]
