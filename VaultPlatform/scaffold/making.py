"""Making the plugin's folder: nothing that is there is touched, and a name that cannot work is refused at once."""

import importlib.util
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from VaultPlatform.checklist.rules.names import name_problem
from VaultPlatform.config import REPOSITORY, VaultSettings
from VaultPlatform.scaffold.template import rendered
from VaultPlatform.scaffold.wishes import Wishes


class CannotMake(Exception):
    """The plugin cannot be made; the message says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """What was made."""

    #: The plugin's folder; for a package, the folder in its project.
    plugin: Path
    #: The folder that was made: the plugin's, or the project's.
    folder: Path
    files: tuple[str, ...]


def make(wishes: Wishes, *, into: Path, taken: Collection[str] = ()) -> Made:
    """Write the files of a new plugin.

    Parameters:
        into: the folder that it is made in; made if need be.
        taken: names of plugins that there are already.

    Raises CannotMake for a name that cannot be used, and where something is in the way.
    """
    if problem := _problem(wishes, taken):
        raise CannotMake(problem)
    if into.exists() and not into.is_dir():
        raise CannotMake(f"{into} is no folder; name another with --into.")
    into = into.resolve()
    outside = not into.is_relative_to(REPOSITORY)
    folder = into / (wishes.project if wishes.package else wishes.name)
    if folder.exists():
        raise CannotMake(f"{folder} is there already; take another name, or move it out of the way.")
    files = rendered(wishes, outside=outside, nimbusvault=REPOSITORY)
    for path, text in files.items():
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    plugin = folder / wishes.name if wishes.package else folder
    return Made(plugin=plugin, folder=folder, files=tuple(str(path) for path in files))


def _problem(wishes: Wishes, taken: Collection[str]) -> str | None:
    """Why there cannot be a plugin of this name; None if there can."""
    name = wishes.name
    if problem := name_problem(name):
        return problem
    if not name[0].isupper() or not wishes.noun or wishes.noun == "_":
        return f'"{name}" does not begin with a capital letter, as its classes have to; such as Notes_Plugin.'
    if name in taken:
        return f"There is a plugin {name} already; take another name."
    if wishes.noun in VaultSettings.model_fields:
        return f'The block "{wishes.noun}" of VaultSettings.json is the core\'s; take another name.'
    if importlib.util.find_spec(name) is not None:
        return f'"{name}" would stand in front of an installed package of that name; take another name.'
    return None
