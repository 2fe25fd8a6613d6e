"""Putting back what an activation has done, however far it came: by itself, or by another if it was killed."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from VaultPlatform.activation.children import run_candidate
from VaultPlatform.activation.errors import ActivationError
from VaultPlatform.activation.journal import Entry, Journal, digest
from VaultPlatform.activation.reloading import PATIENCE_SECONDS
from VaultPlatform.activation.settings_file import replace_file
from VaultPlatform.activation.versions import clear, put_old_back
from VaultPlatform.serving import control

TAKING_BACK_SECONDS = 3600.0


def candidate_file(settings: Path) -> Path:
    """The settings as they would be; in the same folder, because relative paths in them start there."""
    return settings.with_name(f".{settings.name}.candidate")


def undo(entry: Entry, *, journal: Journal, home: Path, settings: Path) -> None:
    """Put settings, processes and tables back, in this order, and note what could not be. Raises nothing of it."""
    changed = _settings(entry, journal, settings)
    if entry.staged:
        put_old_back(home, entry)
    if entry.told:
        _processes(entry, home)
    if entry.migrated:
        _tables(entry, journal, home, settings)
    candidate_file(settings).unlink(missing_ok=True)
    journal.enter(entry, "undone" if changed and not entry.lost else "stuck")
    clear(home, entry)


def _settings(entry: Entry, journal: Journal, settings: Path) -> bool:
    """Whether the file is as it was, or as somebody else has it."""
    try:
        now = digest(settings.read_bytes())
        if now == entry.after != entry.before:
            replace_file(settings, journal.before(entry))
        elif now != entry.before:
            entry.notes.append(f"{settings} was changed by somebody else meanwhile and is left as it is.")
    except OSError as error:
        entry.notes.append(
            f"{settings} could not be put back ({error.strerror}); as it was it is kept in the folder of the site's"
            f" state: activation/{entry.id}.before"
        )
        return False
    return True


def _processes(entry: Entry, home: Path) -> None:
    with suppress(control.NoSupervisor):  # then the next start reads the old list
        said = control.ask(home, {"do": "reload", "on": [], "off": []}, seconds=PATIENCE_SECONDS)
        if not said.get("ok"):
            entry.notes.append(f"The site could not be reloaded with the old list: {said.get('reason')}")


def _tables(entry: Entry, journal: Journal, home: Path, settings: Path) -> None:
    candidate = candidate_file(settings)
    asked: dict[str, Any] = {
        "labels": entry.labels,
        "applied": entry.applied,
        "failed_in": entry.failed_in,
        "only_empty": entry.told,
    }
    try:
        replace_file(candidate, journal.candidate(entry))
        said = run_candidate(
            "take_back",
            settings=candidate,
            home=home,
            seconds=TAKING_BACK_SECONDS,
            plugins=entry.switched_on,
            **asked,
        )
        entry.lost = said.get("lost", [])
        entry.notes += [*said.get("notes", []), *entry.lost]
        if error := said.get("error"):
            entry.notes.append(f"Tables of what was switched on stay: {error}")
    except (ActivationError, OSError) as error:
        entry.notes.append(f"Tables of what was switched on stay: {error}")
    _failures(entry, home / "plugin_migrations_failed.json")


def _failures(entry: Entry, file: Path) -> None:
    """What is told of migrations that failed, as it was."""
    if entry.failures is None:
        file.unlink(missing_ok=True)
    elif file.parent.is_dir():
        replace_file(file, entry.failures.encode())
