"""Which plugins a test run is about: they are on in its site, whatever the settings of the site at home say."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from VaultPlatform.checklist.rules.names import name_problem
from VaultPlatform.host.inventory import find_plugins
from VaultPlatform.host.manifest import ManifestError, read_manifest

#: Hands the names on to the processes that a test run is shared out among.
_VARIABLE = "VAULT_TEST_PLUGINS"


def plugin_folders(root: Path) -> list[Path]:
    """The plugin that `root` is, or those that lie in it."""
    if is_plugin(root):
        return [root]
    return [path for path in sorted(root.iterdir()) if is_plugin(path)]


def is_plugin(folder: Path) -> bool:
    """Whether a folder looks like a plugin's."""
    if not (folder / "__init__.py").is_file() or name_problem(folder.name):
        return False
    return any((folder / name).is_file() for name in ("plugin.yaml", "urls.py", f"{folder.name}.py"))


def settings_of(folders: Sequence[Path], *, repository: Path) -> dict[str, Any]:
    """The settings of a site that these plugins are on in, and those of the repository that they need."""
    there = find_plugins(repository / "Plugins").sources
    needed = dict.fromkeys(name for folder in folders for name in _needs(folder) if name in there)
    names = [*needed, *(folder.name for folder in folders if folder.name not in needed)]
    beside = list(dict.fromkeys(str(folder.parent) for folder in folders))
    return {"Base": {"active_plugins": names, "plugin_dirs": beside}}


def _needs(folder: Path) -> Sequence[str]:
    try:
        return list(read_manifest(folder).requires.plugins)
    except ManifestError:  # told when the plugin is loaded
        return []


def named_in(arguments: Sequence[str], *, plugins: Path) -> list[str]:
    """The plugins of the folder `plugins` whose tests the command line names; told to further processes."""
    paths = [Path(argument.partition("::")[0]).absolute() for argument in arguments]
    inside = [path.relative_to(plugins).parts for path in paths if path.is_relative_to(plugins)]
    found = {parts[0] for parts in inside if parts and is_plugin(plugins / parts[0])}
    found |= set(filter(None, os.environ.get(_VARIABLE, "").split(",")))
    os.environ[_VARIABLE] = ",".join(sorted(found))
    return sorted(found)
