"""Plugins that no process loads, since they hung or ended the one that tried them: `VAULT_HOME/plugins_left_out.json`.

`serve` and the switching of plugins find them. A plugin is left out for as long as its files are what they were.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "plugins_left_out.json"


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Why a plugin is left out."""

    stage: str
    reason: str
    #: Where the plugin was, and what its files were then; "" stands for any.
    folder: str = ""
    files: str = ""

    def holds_for(self, folder: Path | None) -> bool:
        """Whether that is the plugin in `folder` as it is now."""
        return not self.files or (folder is not None and self.files == files_of(folder))


def files_of(folder: Path) -> str:
    """A name for the state of a plugin's files: other sizes and times give another one."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if "__pycache__" not in path.parts:
            with suppress(OSError):
                stat = path.stat()
                size, time = (0, 0) if path.is_dir() else (stat.st_size, stat.st_mtime_ns)
                found.update(f"{path.relative_to(folder)} {size} {time}\n".encode(errors="surrogateescape"))
    return found.hexdigest()


def read_left_out(home: Path) -> dict[str, LeftOut]:
    """Plugin -> why it is left out."""
    with suppress(OSError, ValueError, TypeError, AttributeError):
        known = json.loads((home / FILE).read_text())
        return {str(name): LeftOut(**said) for name, said in known.items()}
    return {}


def keep_left_out(home: Path, found: Mapping[str, LeftOut], *, loaded: Collection[str] = ()) -> None:
    """Add what was found to what is known, and take out what `loaded`."""
    before = read_left_out(home)
    after = {name: said for name, said in {**before, **found}.items() if name not in loaded}
    if after == before:
        return
    file = home / FILE
    if not after:
        file.unlink(missing_ok=True)
        return
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps({name: asdict(said) for name, said in after.items()}, indent=2))
    draft.replace(file)
