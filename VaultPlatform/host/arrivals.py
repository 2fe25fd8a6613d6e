"""What came into the folder that `plugins install` fills, or left it, since this process started.

Nothing of it is loaded: that takes a switch, which starts the processes anew. It is only shown, with what its manifest
says.
"""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from VaultPlatform.host.inventory import Inventory, plugins_outside
from VaultPlatform.host.manifest import Manifest, ManifestError
from VaultPlatform.host.said import manifest_of
from VaultPlatform.host.sources import Source
from VaultPlatform.host.status import PluginRecord, StageError

#: When what is there now is loaded.
NEXT = "`plugins apply`, or the next switch or start"


class Arrivals:
    """The folder, and what was in it at the last look."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._seen = self._entries()

    def changed(self) -> bool:
        """Whether something else is in it than at the last look; it costs no more than to read the folder."""
        before, self._seen = self._seen, self._entries()
        return before != self._seen

    def _entries(self) -> dict[str, tuple[int, int]]:
        """Inode and time by name: a version that took another's place is another folder, that was moved there."""
        if self._folder is None or not self._folder.is_dir():
            return {}
        with os.scandir(self._folder) as entries:
            found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
        return {name: (stat.st_ino, stat.st_ctime_ns) for name, stat in found}

    def records(
        self, known: Mapping[str, PluginRecord], *, configured: Collection[str]
    ) -> dict[str, PluginRecord]:
        """`known` as it is now: plugins that are `configured` keep their record, and say what waits for them."""
        there = plugins_outside(self._folder) if self._folder else {}
        found: dict[str, PluginRecord] = {}
        for name, record in known.items():
            if name in configured:
                record.waiting = _waiting(record, there.get(name)) if self._is_ours(record) else ""
                found[name] = record
            elif not self._is_ours(record):
                found[name] = record
        for name, source in there.items():
            if name not in found:
                found[name] = _record_of(name, source)
        return found

    def _is_ours(self, record: PluginRecord) -> bool:
        return record.folder is None or record.folder.parent == self._folder


def _record_of(name: str, source: Source) -> PluginRecord:
    manifest, notes = _manifest(name, source)
    try:
        Inventory(sources={name: source}).source(name)
    except StageError as error:
        notes.append(str(error))
    return PluginRecord(name=name, source=source, manifest=manifest, notes=notes)


def _waiting(record: PluginRecord, source: Source | None) -> str:
    """What is to be known of a plugin that is in the list, and of which the folder has something else now."""
    if source is None:
        return "" if record.source is None else f"its files are gone; it goes with {NEXT}"
    manifest, _ = _manifest(record.name, source)
    if record.source is None or manifest.version != record.version:
        return f"version {manifest.version} is installed; it is loaded with {NEXT}"
    return ""


def _manifest(name: str, source: Source) -> tuple[Manifest, list[str]]:
    try:
        return manifest_of(source, plugin=name), []
    except ManifestError as error:
        return Manifest(), [str(error)]
