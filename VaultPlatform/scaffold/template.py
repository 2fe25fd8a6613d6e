"""The template's files, rendered with Django's engine."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.template import Context, Engine

from VaultPlatform.config import REPOSITORY
from VaultPlatform.scaffold.wishes import Wishes

TEMPLATE: Final = REPOSITORY / "templates" / "plugin"
#: The folder of the template that becomes the project, as it is named there.
_PROJECT: Final = "{{cookiecutter.project}}"
#: The plugin's folder in it.
_PLUGIN: Final = "{{cookiecutter.plugin_name}}"
#: What a plugin outside of NimbusVault's folder needs for its tests.
_OUTSIDE: Final = ("conftest.py", "pytest.ini")


def rendered(wishes: Wishes, *, outside: bool, nimbusvault: Path) -> dict[PurePosixPath, str]:
    """The new files by their paths: from the project on for a package, else from the plugin's folder on.

    Parameters:
        outside: whether the plugin lies outside of NimbusVault's own folder.
        nimbusvault: that folder.
    """
    context = wishes.context(nimbusvault=str(nimbusvault))
    files = {}
    for path in sorted(TEMPLATE.joinpath(_PROJECT).rglob("*")):
        place = _place(path.relative_to(TEMPLATE / _PROJECT), wishes=wishes, outside=outside)
        if path.is_file() and place is not None:
            files[PurePosixPath(_filled(place, context))] = _filled(path.read_text(encoding="utf-8"), context)
    return files


def parts_of_files() -> Iterator[tuple[str, str]]:
    """Paths in the plugin's folder, those of folders with a / behind, and the part that each belongs to."""
    variables = json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))
    yield from variables["_parts"].items()


def _place(path: Path, *, wishes: Wishes, outside: bool) -> str | None:
    """Where a file of the template goes; None if it is not wanted."""
    if "__pycache__" in path.parts:
        return None
    if path.parts[0] != _PLUGIN:
        if wishes.package:
            return f"{_PROJECT}/{path.as_posix()}"
        return f"{_PLUGIN}/{path.as_posix()}" if outside and path.name in _OUTSIDE else None
    inside = path.relative_to(_PLUGIN).as_posix()
    for prefix, part in parts_of_files():
        if (inside == prefix or inside.startswith(prefix)) and part not in wishes.parts:
            return None
    return f"{_PROJECT}/{path.as_posix()}" if wishes.package else path.as_posix()


def _filled(text: str, context: Mapping[str, Any]) -> str:
    engine = Engine(autoescape=False)
    return str(engine.from_string(text).render(Context({"cookiecutter": context}, autoescape=False)))
