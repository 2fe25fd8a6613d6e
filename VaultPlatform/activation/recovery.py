"""What becomes of an activation whose process was killed: whoever comes next takes it back, and says so."""

import time
from collections.abc import Callable
from pathlib import Path

from VaultPlatform.activation.errors import Refused
from VaultPlatform.activation.journal import ASKED, REMOVING, Entry, Journal
from VaultPlatform.activation.locking import FOLDER, folder_of, held_on_this_machine
from VaultPlatform.activation.undoing import undo
from VaultPlatform.activation.versions import clear

#: How long a start waits for an activation that is going on.
WAIT_SECONDS = 120.0
_TRY_SECONDS = 0.5


def recover(home: Path, settings: Path, *, say: Callable[[str], None]) -> list[Entry]:
    """Take back what is unfinished; returns it. The caller holds the lock."""
    journal = Journal(home)
    found = journal.unfinished()
    for entry in found:
        place = Path(entry.settings) if entry.settings else settings
        if entry.state == REMOVING:
            _leave_removal(entry, journal, say)
            continue
        entry.reason = entry.reason or f"Its process was killed at the stage {entry.state}."
        say(
            f"{_described(entry)} was killed at the stage {entry.state}; putting everything back as it was ..."
        )
        if place == settings:
            undo(entry, journal=journal, home=home, settings=place)
        else:  # another settings file on the same folder of state: leave that one alone
            journal.enter(entry, "stuck")
        for note in entry.notes:
            say(note)
    return found


def left_behind(home: Path) -> frozenset[str]:
    """The ids of what is unfinished although nobody is at it any more."""
    if not (home / FOLDER).is_dir() or not Journal(home).unfinished():
        return frozenset()
    try:
        with held_on_this_machine(home):
            return frozenset(entry.id for entry in Journal(home).unfinished())
    except Refused:
        return frozenset()


def recover_before_start(home: Path, settings: Path, *, say: Callable[[str], None]) -> None:
    """The same at a start of the site, waiting for an activation that is still alive.

    Raises Refused if that does not end in time.
    """
    if not (home / FOLDER).is_dir():
        return
    folder_of(home)
    deadline, told = time.monotonic() + WAIT_SECONDS, False
    while True:
        try:
            with held_on_this_machine(home):
                recover(home, settings, say=say)
                _drop_what_was_asked(home)
                return
        except Refused:
            if time.monotonic() > deadline:
                raise
            if not told:
                say("Plugins are being switched on or off; waiting until that has ended.")
                told = True
            time.sleep(_TRY_SECONDS)


def _drop_what_was_asked(home: Path) -> None:
    """What was left with a supervisor that ended before it began with it; a new one does not know of it."""
    journal = Journal(home)
    for entry in journal.entries():
        if entry.state == ASKED:
            entry.reason = "The site was stopped before this was begun; ask again."
            journal.enter(entry, "refused")
            clear(home, entry)


def _leave_removal(entry: Entry, journal: Journal, say: Callable[[str], None]) -> None:
    entry.reason = "Its process was killed half-way. What is gone is gone; ask again to have the rest done."
    say(f"{_described(entry)}: {entry.reason}")
    journal.enter(entry, "stuck")


def _described(entry: Entry) -> str:
    return f"An activation ({entry.action} {' '.join(entry.names)})".replace(" )", ")")
