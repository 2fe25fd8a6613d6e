"""What the processes of one generation of a program say of themselves, and what the supervisor tells them, by files.

Each time a program is started it gets a folder of its own below VAULT_HOME/serving. Its processes leave a report there
once they have loaded everything, and another one if a thread hangs. They look there for the mark that says that others
take over. Standard library only.
"""

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from VaultPlatform.serving import hook_files

FOLDER = "serving"
#: The folder of the generation that this process belongs to.
VARIABLE = "VAULT_GENERATION"
#: How many threads of each process answer requests, if it is a web server.
THREADS_VARIABLE = "VAULT_WEB_THREADS"
_LEAVING = "leaving"
_HANGING = ".hanging"


def serving_folder(home: Path) -> Path:
    """Where generations and requests to the supervisor are; made if need be."""
    folder = home / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


class Generation:
    """One start of one program, as the supervisor sees it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def reports(self) -> list[dict[str, Any]]:
        """What its processes said once they had loaded everything."""
        found = []
        for path in self.folder.glob("*.json"):
            try:
                found.append(dict(json.loads(path.read_bytes())))
            except (OSError, ValueError):
                continue
        return found

    def hanging(self) -> list[str]:
        """What hangs in its processes, in words."""
        found = []
        for path in sorted(self.folder.glob(f"*{_HANGING}")):
            with contextlib.suppress(OSError):
                found.append(path.read_text())
        return found

    def leave(self) -> None:
        """Tell its processes to close each connection behind the answer that is sent on it."""
        (self.folder / _LEAVING).touch()

    def forget(self) -> None:
        """Remove the folder, once the processes are gone; what hooks did in them is kept."""
        hook_files.add_up_ended(self.folder, all_have=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def generations(home: Path, program: str = "") -> list[Generation]:
    """Those that serve now, of one program or of all."""
    found = sorted((home / FOLDER).glob(f"{program or '*'}-[0-9]*"))
    return [Generation(path) for path in found if path.is_dir() and not (path / _LEAVING).exists()]


def own_folder() -> Path | None:
    """The folder of the generation that this process belongs to; None where no supervisor has started it."""
    name = os.environ.get(VARIABLE)
    return Path(name) if name else None


def report(plugins: dict[str, Any], versions: dict[str, str] | None = None) -> None:
    """Say, from inside a process of a generation, that everything is loaded. Elsewhere nothing happens.

    Parameters: `plugins`, name -> what became of it here; `versions`, name -> which one that is.
    """
    folder = own_folder()
    if folder is None or not folder.is_dir():
        return
    draft = folder / f"{os.getpid()}.new"
    draft.write_text(json.dumps({"pid": os.getpid(), "plugins": plugins, "versions": versions or {}}))
    draft.replace(draft.with_suffix(".json"))


def report_hanging(what: str) -> None:
    """Say, from inside a process of a generation, that a thread of it is lost to `what`, so that it is replaced."""
    if (folder := own_folder()) is not None:
        with contextlib.suppress(OSError):
            (folder / f"{os.getpid()}{_HANGING}").write_text(what)


def is_leaving() -> bool:
    """Whether others take over from this process's generation."""
    name = os.environ.get(VARIABLE)
    return name is not None and os.path.exists(f"{name}/{_LEAVING}")  # noqa: PTH110  # asked with every request
