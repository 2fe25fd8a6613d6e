"""Taking a plugin away: what there is of it, and what becomes of its rows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from VaultPlatform.activation.children import run_without_killers
from VaultPlatform.activation.errors import ActivationError, Refused, Undone
from VaultPlatform.activation.journal import REMOVING, Entry, Journal, new_id
from VaultPlatform.activation.plan import plan_disable
from VaultPlatform.activation.settings_file import replace_file, with_active_plugins
from VaultPlatform.activation.shelf import Shelf, read_shelf
from VaultPlatform.activation.switching import carried_out
from VaultPlatform.activation.trail import entered
from VaultPlatform.activation.transaction import MIGRATING_SECONDS, Place
from VaultPlatform.activation.undoing import candidate_file
from VaultPlatform.audit.scope import acting
from VaultPlatform.host.inventory import installation_folder
from VaultPlatform.host.left_out import read_left_out
from VaultPlatform.host.switching import forget_plugin
from VaultPlatform.installing.installing import alone, refuse, remove_files
from VaultPlatform.schedules.of_plugins import end_those_of

Fate = Literal["keep", "export", "drop"]
EXPORTS = "exports"


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What there is of a plugin on this deployment."""

    name: str
    #: Whether it is in the list.
    on: bool
    folder: str
    files: int
    #: Whether the files go with it: only those that an installation brought.
    installed: bool
    #: Plugins that need it, whether they are on or not.
    dependants: list[str]
    #: Keys of the settings file that are its block.
    settings: list[str]
    #: Table -> rows in all organisations; organisation -> rows.
    tables: dict[str, int] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)
    schedules: list[str] = field(default_factory=list)
    #: Why tables are not known.
    unknown: str = ""


def look(name: str, *, place: Place) -> Holdings:
    """What there is of the plugin. Raises Refused when there is no such plugin, or plugins are being switched."""
    with alone(place):
        return _look(name, read_shelf(place.settings, home=place.home), place)


def uninstall(name: str, fate: Fate, *, place: Place, activation: str = "") -> dict[str, Any]:
    """Switch a plugin off and take its files away; its rows are kept, or exported and dropped, or dropped.

    Parameters: `activation`, the id that it gets. Returns what was
    done. Raises Refused when other plugins need it, or its tables are not known and were to go, and Undone when it
    cannot be switched off; then nothing was done. Any other ActivationError says what is left to do.
    """
    who, journal = acting(), Journal(place.home)
    entry = Entry(id=activation or new_id(), action="uninstall", names=[name], settings=str(place.settings))
    entry.actor = [who.kind, who.id, who.name]
    try:
        with alone(place):
            journal.enter(entry, REMOVING)
            try:
                done = _uninstalled(name, fate, entry, place=place)
            except (Refused, Undone):
                raise
            except ActivationError as error:
                entry.reason, entry.reasons = str(error), error.reasons
                journal.enter(entry, "stuck")
                raise
            journal.enter(entry, "done")
            return done
    except (Refused, Undone) as error:
        refuse(entry, error, place.home)
        raise


def _uninstalled(name: str, fate: Fate, entry: Entry, *, place: Place) -> dict[str, Any]:
    shelf = read_shelf(place.settings, home=place.home)
    there = _look(name, shelf, place)
    refuse_dependants(name, there.dependants)
    if fate != "keep" and there.unknown:
        raise Refused(
            f"Its tables are not known, because it cannot be loaded: {there.unknown}. Keep its rows."
        )
    if there.on:
        entry.switched_off = [name]
        switching = Entry(id=new_id(), action="disable", names=[name], settings=str(place.settings))
        switching.actor = entry.actor
        carried_out(plan_disable([name], shelf), switching, place=place)
        entry.notes += switching.notes
    try:
        done = {"name": name, "fate": fate, **_rid_of_rows(name, fate, shelf, place)}
        done["schedules"] = end_those_of(name, for_good=fate != "keep")
        forget_plugin(name, entirely=fate != "keep")
        if there.installed:
            remove_files(name, place.home)
    except ActivationError as error:
        raise ActivationError(
            f"{name} is off, but not all of it could be taken away; ask again. The reason: {error}"
        ) from error
    if done["schedules"]:
        entry.notes.append(
            f"{'Paused' if fate == 'keep' else 'Removed'}: the schedules {', '.join(done['schedules'])}."
        )
    if fate == "drop":
        entry.notes.append(f"Rows that went: {_counted(done['rows'])}.")
    if "file" in done:
        entry.notes.append(f"Its rows are in {done['file']}.")
    entry.notes += entered("plugin.uninstalled", name, detail={"data": fate})
    return {**done, "notes": entry.notes}


def refuse_dependants(name: str, dependants: Sequence[str]) -> None:
    """Raises Refused if there are plugins that need it."""
    if dependants:
        raise Refused(f"{', '.join(dependants)} cannot do without {name}; uninstall that first.")


def dependants_there(name: str, shelf: Shelf) -> list[str]:
    """The plugins that need it, whether they are on or not."""
    return sorted(other for other, needs in shelf.needs.items() if name in needs)


def _rid_of_rows(name: str, fate: Fate, shelf: Shelf, place: Place) -> dict[str, Any]:
    done: dict[str, Any] = {}
    if fate == "export":
        file = place.home / EXPORTS / f"{name}-{new_id()}.tar.gz"
        done |= {"rows": _in_child("export", name, shelf, place, file=str(file))["rows"], "file": str(file)}
    if fate in ("export", "drop"):
        said = _in_child("drop", name, shelf, place)
        done = {**said, **done}
    return done


def _counted(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{count} of {model}" for model, count in rows.items()) or "none"


def _look(name: str, shelf: Shelf, place: Place) -> Holdings:
    shelf.require([name])
    folder = shelf.folders[name]
    holdings = Holdings(
        name=name,
        on=name in shelf.active,
        folder=str(folder),
        files=sum(1 for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts),
        installed=folder.parent == installation_folder(place.home),
        dependants=dependants_there(name, shelf),
        settings=_blocks(name, place.settings),
    )
    try:
        found = _in_child("count", name, shelf, place)
    except ActivationError as error:
        return Holdings(**{**vars(holdings), "unknown": str(error)})
    return Holdings(**{**vars(holdings), **found})


def _blocks(name: str, settings: Path) -> list[str]:
    document = json.loads(settings.read_text(encoding="utf-8-sig"))
    return [key for key in dict.fromkeys((name, name.removesuffix("_Plugin"))) if key in document]


def _in_child(what: str, name: str, shelf: Shelf, place: Place, **more: str) -> dict[str, Any]:
    """Do something with the plugin's tables, in a process that has it loaded. Raises Refused if it cannot be."""
    candidate = candidate_file(place.settings)
    listed = [*shelf.active, *(each for each in (*shelf.needed_by([name]), name) if each not in shelf.active)]
    text = place.settings.read_bytes().decode()
    replace_file(candidate, with_active_plugins(text, listed).encode())
    try:
        said, _ = run_without_killers(
            "with_data",
            settings=candidate,
            home=place.home,
            seconds=MIGRATING_SECONDS if what != "count" else place.loading_seconds,
            plugins=listed,
            needed={name, *shelf.needed_by([name])}.__contains__,
            left_out=read_left_out(place.home),
            what=what,
            plugin=name,
            **more,
        )
    finally:
        candidate.unlink(missing_ok=True)
    if error := said.get("error"):
        raise Refused(str(error))
    return said
