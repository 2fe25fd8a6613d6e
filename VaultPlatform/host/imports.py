"""Importing plugins: only those that are on, and never a missing module taken for a broken one.

`PluginFinder` sits in front of Python's own finders. It finds `Plugins.<Name>` in the folder that the inventory names,
and refuses a plugin that is off or failed with an error that says so: otherwise any line that happens to import it
(a registration in Orchestrators/RegisterOrchestrator.py, say) would half-load it.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from VaultPlatform.host.inventory import RESERVED
from VaultPlatform.host.status import PluginRecord, StageError

#: What of a plugin that failed after its models were sound may still be imported: see `PluginRecord.has_models`.
_DATA_MODULES = frozenset({"models", "migrations", "apps"})


class PluginOff(ModuleNotFoundError):
    """The plugin whose module was to be imported is not on. `plugin` names it."""

    def __init__(self, *, record: PluginRecord, module: str) -> None:
        self.plugin = record.name
        why = record.reason or "it is not in Base.active_plugins"
        stage = f" at stage {record.stage}" if record.stage else ""
        super().__init__(f"{module}: plugin {record.name} is {record.state}{stage}: {why}", name=module)


class PluginFinder:
    """A meta path finder over the host's records. Parameters: `record_of`, name -> record or None when unknown."""

    def __init__(self, *, record_of: Callable[[str], PluginRecord | None]) -> None:
        self._record_of = record_of

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Find `Plugins.<Name>`; leave everything else to the finders behind. Raises `PluginOff`."""
        root, *names = fullname.split(".")
        if root != "Plugins" or not names or names[0] in RESERVED:
            return None
        name, *inside = names
        record = self._record_of(name)
        if record is None:
            return None
        if not _may_import(record, inside):
            raise PluginOff(record=record, module=fullname)
        if inside or record.folder is None:
            return None
        return _spec_of_package(fullname, record.folder)


def _spec_of_package(fullname: str, folder: Path) -> ModuleSpec:
    """The package in `folder`, which may be called otherwise, and may have no __init__.py."""
    file = folder / "__init__.py"
    if file.is_file():
        spec = importlib.util.spec_from_file_location(
            fullname, file, submodule_search_locations=[str(folder)]
        )
        if spec is not None:
            return spec
    spec = ModuleSpec(fullname, None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    return spec


def _may_import(record: PluginRecord, inside: list[str]) -> bool:
    if record.state == "on":
        return True
    return record.has_models and (not inside or inside[0] in _DATA_MODULES)


def install(finder: PluginFinder) -> None:
    """Put `finder` in front of the others, in place of an earlier one."""
    sys.meta_path[:] = [other for other in sys.meta_path if not isinstance(other, PluginFinder)]
    sys.meta_path.insert(0, finder)


def import_optional(module: str) -> ModuleType | None:
    """Import `module`; None when there is no such file. An error inside an existing file is raised as it is."""
    if importlib.util.find_spec(module) is None:
        return None
    return importlib.import_module(module)


def import_class(module: ModuleType, name: str) -> type:
    """Return the class `name` of `module`. Raises `StageError`."""
    found = getattr(module, name, None)
    if not isinstance(found, type):
        have = "no" if found is None else "something else called"
        raise StageError(
            f"{module.__name__.replace('.', '/')}.py has {have} {name}; it must define class {name}"
        )
    return found


def forget(record: PluginRecord) -> None:
    """Drop the plugin's modules, but for its models when those stay registered."""
    prefix = record.package + "."
    for name in [name for name in sys.modules if name == record.package or name.startswith(prefix)]:
        inside = name[len(prefix) :].split(".") if name != record.package else []
        if not _may_import(record, inside):
            parent, _, child = name.rpartition(".")
            module = sys.modules.pop(name)
            if getattr(sys.modules.get(parent), child, None) is module:
                delattr(sys.modules[parent], child)
    _forget_own_names(record)


def _forget_own_names(record: PluginRecord) -> None:
    """Drop the other names of modules that are not there any more."""
    own = record.own_name
    for name in [each for each in sys.modules if own and (each == own or each.startswith(f"{own}."))]:
        if sys.modules[name].__name__ not in sys.modules:
            del sys.modules[name]
