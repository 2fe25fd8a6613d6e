"""What somebody has edited by hand since this process loaded the plugins: the list of them, or their manifests.

Nothing of it is loaded: that takes `plugins apply`, which starts the processes anew. It is only shown. What is in the
folder that `plugins install` fills is looked after in `arrivals`.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from VaultPlatform.host.arrivals import NEXT
from VaultPlatform.host.manifest import FILE, ManifestError
from VaultPlatform.host.said import manifest_of
from VaultPlatform.host.status import PluginRecord

_Stamp = tuple[int, int, int] | None


class Edits:
    """The settings file, and the manifests of plugins that are in its list.

    Parameters: `settings`, the file, None if there is none to look at; `installed`, the folder of plugins that are none
    of ours; `loaded`, the others' records.
    """

    def __init__(
        self, settings: Path | None, *, installed: Path | None, loaded: Collection[PluginRecord]
    ) -> None:
        self._settings = settings
        self._manifests = {
            record.name: record.folder / FILE
            for record in loaded
            if record.folder is not None and record.folder.parent != installed
        }
        self._first = self._seen = self._stamps()
        self._looked_at: Mapping[str, PluginRecord] = {}

    def look(self, records: Mapping[str, PluginRecord], *, configured: Collection[str]) -> None:
        """Have each record say what was edited. It costs no more than a look at each file's time."""
        now = self._stamps()
        if now == self._seen and records is self._looked_at:
            return
        self._seen, self._looked_at = now, records
        listed = self._listed() if now[self._settings] != self._first[self._settings] else None
        for record in records.values():
            said = _of_list(record.name, listed, configured) or self._of_manifest(record)
            record.edited = f"{said} with {NEXT}" if said else ""

    def _stamps(self) -> dict[Path | None, _Stamp]:
        return {path: _stamp(path) for path in (self._settings, *self._manifests.values())}

    def _listed(self) -> list[str] | None:
        """The list as it is now; None where the file cannot be used, which `plugins apply` says."""
        if self._settings is None:
            return None
        try:
            document: Any = json.loads(self._settings.read_text(encoding="utf-8-sig"))
            listed = document.get("Base", {}).get("active_plugins", [])
        except (OSError, ValueError, AttributeError):
            return None
        return listed if isinstance(listed, list) else None

    def _of_manifest(self, record: PluginRecord) -> str:
        path = self._manifests.get(record.name)
        if path is None or record.source is None or self._seen[path] == self._first[path]:
            return ""
        if not path.parent.is_dir():
            return "its files are gone; it goes"
        try:
            version = manifest_of(record.source, plugin=record.name).version
        except ManifestError:
            return "its plugin.yaml cannot be read any more; it fails"
        return f"version {version} lies there by now; it is loaded" if version != record.version else ""


def _of_list(name: str, listed: Collection[str] | None, configured: Collection[str]) -> str:
    if listed is None or (name in listed) == (name in configured):
        return ""
    if name in listed:
        return "it is in Base.active_plugins by now; it is loaded"
    return "it is in Base.active_plugins no more; it goes"


def _stamp(path: Path | None) -> _Stamp:
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size) if found else None
