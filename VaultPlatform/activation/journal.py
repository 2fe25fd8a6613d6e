"""What an activation has done so far, written down before it is done: who finds it unfinished knows what to take back.

A file for each in VAULT_HOME/activation, beside the settings file as it was; the last ones are kept. Standard library
only: it is read when nothing else can be loaded.
"""

import hashlib
import json
import secrets
import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from VaultPlatform.activation.locking import folder_of
from VaultPlatform.activation.settings_file import replace_file

#: Stages in order. What is not over is taken back by whoever finds it.
STAGES = ("checking", "migrating", "writing", "reloading", "probing")
#: Left with the supervisor, and not begun.
ASKED = "asked"
#: Rows and files go: that is not taken back, but gone on with by asking again.
REMOVING = "removing"
#: How an activation may end.
OVER = ("done", "unchanged", "refused", "undone", "stuck")
KEPT = 20


def digest(content: bytes) -> str:
    """A name for the bytes of a file."""
    return hashlib.sha256(content).hexdigest()


def new_id() -> str:
    """A name for an activation; names sort by time."""
    return f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"


@dataclass(kw_only=True)
class Entry:
    """One activation."""

    id: str
    action: str
    #: What was asked for by name.
    names: list[str] = field(default_factory=list)
    #: Who asked: kind, id, name.
    actor: list[str] = field(default_factory=list)
    #: One of STAGES while it runs, then of OVER.
    state: str = STAGES[0]
    #: Stage -> when it began, in seconds since 1970.
    times: dict[str, float] = field(default_factory=dict)
    settings: str = ""
    #: The plugin of which another version is put in place; "" for none.
    staged: str = ""
    #: Digests of the settings file before and after; "" until it is known.
    before: str = ""
    after: str = ""
    switched_on: list[str] = field(default_factory=list)
    switched_off: list[str] = field(default_factory=list)
    #: App labels of what is switched on.
    labels: list[str] = field(default_factory=list)
    #: Key of an organisation -> label -> migrations that it had before; what is not named had none.
    applied: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    #: Whether migrations may have been run, and the site been told to load anew.
    migrated: bool = False
    told: bool = False
    #: The databases in which a migration failed, and sentences on those that may not be what they were.
    failed_in: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    #: What `plugin_migrations_failed.json` said before.
    failures: str | None = None
    reason: str = ""
    reasons: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in OVER


class Journal:
    """The entries of one deployment."""

    def __init__(self, home: Path) -> None:
        self._folder = folder_of(home)

    def write(self, entry: Entry) -> None:
        """Have the entry on the disk as it is now."""
        replace_file(self._folder / f"{entry.id}.json", json.dumps(asdict(entry), indent=2).encode())

    def enter(self, entry: Entry, state: str) -> None:
        """Note that the next stage begins, or that it is over."""
        entry.state = state
        entry.times[state] = time.time()
        self.write(entry)
        if entry.is_over:
            self._remove(entry, "candidate")
            self._prune()

    def keep_before(self, entry: Entry, content: bytes) -> None:
        """Keep the settings file as it was."""
        replace_file(self._folder / f"{entry.id}.before", content)

    def before(self, entry: Entry) -> bytes:
        """The settings file as it was."""
        return (self._folder / f"{entry.id}.before").read_bytes()

    def keep_candidate(self, entry: Entry, content: bytes) -> None:
        """Keep the settings file as it is to be."""
        replace_file(self._folder / f"{entry.id}.candidate", content)

    def candidate(self, entry: Entry) -> bytes:
        """The settings file as it is to be."""
        return (self._folder / f"{entry.id}.candidate").read_bytes()

    def forget(self, entry: Entry) -> None:
        """Remove an entry of which nothing came."""
        self._remove(entry, "*")

    def find(self, name: str) -> Entry | None:
        """The entry of that id, None if there is none or it is no longer kept."""
        path = self._folder / f"{name}.json"
        return _read(path) if Path(name).name == name and path.is_file() else None

    def entries(self) -> list[Entry]:
        """All that are kept, the newest first."""
        found = [_read(path) for path in sorted(self._folder.glob("*.json"), reverse=True)]
        return [entry for entry in found if entry is not None]

    def unfinished(self) -> list[Entry]:
        """Those that are not over, the newest first. While somebody holds the lock, one of them is being worked on."""
        return [entry for entry in self.entries() if entry.state in (*STAGES, REMOVING)]

    def _remove(self, entry: Entry, kind: str) -> None:
        for path in self._folder.glob(f"{entry.id}.{kind}"):
            path.unlink(missing_ok=True)

    def _prune(self) -> None:
        for entry in self.entries()[KEPT:]:
            if entry.is_over:
                self._remove(entry, "*")


def _read(path: Path) -> Entry | None:
    try:
        known: dict[str, Any] = json.loads(path.read_bytes())
        return Entry(**{each.name: known[each.name] for each in fields(Entry) if each.name in known})
    except (OSError, ValueError, TypeError):
        return None
