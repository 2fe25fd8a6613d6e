"""Two versions of an installed plugin that change places, and back, whenever their process was killed.

The new one waits in VAULT_HOME/activation/<id>.new, the old one goes to <id>.old; a rename is all it takes.
"""

import shutil
from pathlib import Path

from VaultPlatform.activation.journal import Entry
from VaultPlatform.activation.locking import folder_of
from VaultPlatform.host.inventory import installation_folder


def staging(home: Path, activation: str) -> Path:
    """The folder in which the new version waits, in a folder of the plugin's name."""
    return folder_of(home) / f"{activation}.new"


def package_file(home: Path, activation: str) -> Path:
    """The package that somebody has left for the update."""
    return folder_of(home) / f"{activation}.package"


def _places(home: Path, entry: Entry) -> tuple[Path, Path, Path]:
    """Where the plugin is, where its new version waits, and where the old one goes."""
    old = folder_of(home) / f"{entry.id}.old" / entry.staged
    return installation_folder(home) / entry.staged, staging(home, entry.id) / entry.staged, old


def put_new(home: Path, entry: Entry) -> None:
    """Put the new version in the place of the old one."""
    here, new, old = _places(home, entry)
    old.parent.mkdir(mode=0o700, exist_ok=True)
    here.rename(old)
    new.rename(here)


def put_old_back(home: Path, entry: Entry) -> None:
    """Put the old version back, wherever the two are."""
    here, new, old = _places(home, entry)
    if not old.exists():
        return
    if here.exists():
        new.parent.mkdir(mode=0o700, exist_ok=True)
        here.rename(new)
    old.rename(here)


def clear(home: Path, entry: Entry) -> None:
    """Remove the version that is not used, and the package that it came in."""
    package_file(home, entry.id).unlink(missing_ok=True)
    for kind in ("new", "old"):
        shutil.rmtree(folder_of(home) / f"{entry.id}.{kind}", ignore_errors=True)
