"""Folders that the settings name, held against the disk."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from VaultPlatform.config.errors import Problem


def plugins_themselves(folders: Sequence[Path], *, file: str) -> Iterator[Problem]:
    """A problem for each folder of `Base.plugin_dirs` that is a plugin, and not one that holds plugins.

    Its own parts (`bll`, `migrations`, …) would be taken for plugins.
    """
    for number, folder in enumerate(folders):
        if _is_plugin(folder):
            yield Problem(
                file=file,
                key=f"Base.plugin_dirs[{number}]",
                wrong=f"{folder} is a plugin's own folder",
                expected=f"the folder above it, which holds plugins: {folder.parent}",
            )


def _is_plugin(folder: Path) -> bool:
    with suppress(OSError):
        if (folder / "plugin.yaml").is_file():
            return True
        text = (folder / f"{folder.name}.py").read_text(encoding="utf-8", errors="replace")
        return f"class {folder.name}" in text
    return False
