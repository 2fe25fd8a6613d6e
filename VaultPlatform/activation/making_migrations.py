"""Migrations for a plugin, wherever it lies and whether or not it is on: made in a child that has it loaded."""

import json
import os
import tempfile
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from VaultPlatform.activation.children import ChildFailed, run_candidate
from VaultPlatform.activation.errors import Refused
from VaultPlatform.activation.locking import folder_of
from VaultPlatform.activation.shelf import read_shelf
from VaultPlatform.config.environment import REPOSITORY
from VaultPlatform.config.errors import sentence
from VaultPlatform.host.manifest import ManifestError, read_manifest


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """What became of it."""

    #: The files that were written, or none.
    files: tuple[str, ...]
    #: What Django says of it.
    said: str
    #: Whether something is missing that was not written.
    is_missing: bool


def make_migrations(
    plugin: Path, *, settings: Path, home: Path, seconds: float, name: str = "", only_check: bool = False
) -> Migrated:
    """Write what the migrations in the folder `plugin` lack.

    Parameters: `settings`, `home`, the site in which it is loaded, with what it needs and no other plugin; `seconds`,
    its time; `name`, of the new migration; `only_check` writes nothing. Raises Refused if it cannot be loaded.
    """
    folder_of(home)
    draft = _settings_with(plugin, settings, home)
    try:
        said = run_candidate(
            "make_migrations",
            settings=draft,
            home=home,
            seconds=seconds,
            plugins=[plugin.name],
            plugin=plugin.name,
            folder=str(plugin),
            name=name,
            only_check=only_check,
        )
    except ChildFailed as error:
        reason = error.reasons.get(plugin.name) or str(error)
        raise Refused(f"{plugin.name} cannot be loaded: {reason}") from error
    finally:
        draft.unlink(missing_ok=True)
    if problem := said.get("error"):
        raise Refused(str(problem).replace(str(draft), str(settings)))
    return Migrated(files=tuple(said["files"]), said=said["said"], is_missing=said["is_missing"])


def _settings_with(plugin: Path, settings: Path, home: Path) -> Path:
    """The site's settings, in which only this plugin is on, and what it needs; beside them, for relative paths."""
    shelf = read_shelf(settings, home=home)
    if shelf.folders.get(plugin.name, plugin).parent == REPOSITORY / "Plugins" != plugin.parent:
        raise Refused(
            f"There is another plugin {plugin.name} in Plugins/, which would be loaded in its place."
        )
    try:
        needs = list(read_manifest(plugin).requires.plugins)
    except ManifestError as error:
        raise Refused(sentence(str(error))) from error
    document: dict[str, Any] = json.loads(settings.read_text(encoding="utf-8-sig"))
    base = document.setdefault("Base", {})
    base["active_plugins"] = [*shelf.needed_by(needs), *needs, plugin.name]
    base["plugin_errors"] = "skip"
    if plugin.parent != REPOSITORY / "Plugins":
        base["plugin_dirs"] = [str(plugin.parent), *base.get("plugin_dirs", [])]
    number, file = tempfile.mkstemp(prefix=f".{settings.name}.", dir=settings.parent)
    with os.fdopen(number, "w", encoding="utf-8") as draft:
        json.dump(document, draft)
    return Path(file)


def make_in_child(plugin: str, folder: Path, *, name: str, only_check: bool) -> dict[str, Any]:
    """The child's part: Django's command, told to ask nothing."""
    from django.conf import settings
    from django.core.management import CommandError, call_command

    record = settings.PLUGIN_HOST.record_of(plugin)
    assert record is not None  # noqa: S101  # it is in the list
    if record.label is None or not record.has_models:
        if record.state == "on":
            return {"error": f"{plugin} has no models.py, so there is nothing to migrate."}
        return {"error": f"{plugin} cannot be loaded: stage {record.stage}: {record.reason}"}
    before, printed = _migrations_in(folder), StringIO()
    options: dict[str, Any] = {"name": name or None, "check_changes": only_check, "interactive": False}
    try:
        call_command("makemigrations", record.label, stdout=printed, stderr=printed, **options)
    except CommandError as error:
        return {"error": str(error)}
    except (
        SystemExit
    ):  # a field that needs a default for the rows there are; with `only_check`, that something is missing
        if not only_check:
            return {"error": f"{' '.join(printed.getvalue().split())} Give it a default, or null=True."}
        return {"files": [], "said": printed.getvalue(), "is_missing": True}
    return {
        "files": sorted(_migrations_in(folder) - before),
        "said": printed.getvalue(),
        "is_missing": False,
    }


def _migrations_in(folder: Path) -> set[str]:
    return {str(path) for path in (folder / "migrations").glob("*.py")}
