"""Installing and updating: the files come into their place, or stay out of it."""

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from VaultPlatform.activation.errors import Refused, Undone, Unknown
from VaultPlatform.activation.journal import Entry, Journal, digest, new_id
from VaultPlatform.activation.locking import folder_of, held_among_hosts, held_on_this_machine
from VaultPlatform.activation.plan import plan_update
from VaultPlatform.activation.recovery import recover
from VaultPlatform.activation.shelf import Shelf, read_shelf
from VaultPlatform.activation.switching import carried_out
from VaultPlatform.activation.trail import entered
from VaultPlatform.activation.transaction import Place
from VaultPlatform.activation.versions import clear, put_new, put_old_back, staging
from VaultPlatform.audit.scope import acting
from VaultPlatform.host.inventory import installation_folder
from VaultPlatform.host.manifest import ManifestError, read_manifest
from VaultPlatform.installing.package import Package, package_in
from VaultPlatform.installing.unpacking import removed_at_the_end, unpack


@dataclass(frozen=True, kw_only=True)
class Installed:
    """What came into its place."""

    name: str
    version: str
    #: The version before; None for a plugin that is new here.
    before: str | None = None
    #: What else is to be known.
    notes: tuple[str, ...] = ()


def install(source: Path, *, place: Place) -> Installed:
    """Bring a plugin here. It is off until it is switched on. Raises Refused when it cannot be, or is here already."""
    with alone(place) as stack:
        package = unpacked(source, place.home, new_id(), stack)
        shelf = read_shelf(place.settings, home=place.home)
        if package.name in shelf.folders:
            ours = shelf.folders[package.name].parent == installation_folder(place.home)
            what = "update it" if ours else "it does not come from an installation and stays"
            raise Refused(
                f"There is a plugin {package.name} already, in {shelf.folders[package.name]}; {what}."
            )
        target = installation_folder(place.home) / package.name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        package.folder.rename(target)
        notes = _record("plugin.installed", package)
        return Installed(name=package.name, version=package.manifest.version, notes=tuple(notes))


def remove(name: str, *, place: Place) -> None:
    """Take away what was just installed. Raises Refused if it was switched on meanwhile, or is no installation."""
    with alone(place):
        if name in read_shelf(place.settings, home=place.home).active:
            raise Refused(f"{name} was switched on meanwhile, and stays.")
        remove_files(name, place.home)
        entered("plugin.uninstalled", name, detail={"data": "keep"})


def update(source: Path, *, place: Place, activation: str = "") -> Installed:
    """Bring another version of an installed plugin here; one that is on stays on, or all of it stays as it was.

    Parameters: `activation`, the id that it gets. Raises Refused, or
    Undone when it was put back.
    """
    who = acting()
    entry = Entry(id=activation or new_id(), action="update", settings=str(place.settings))
    entry.actor = [who.kind, who.id, who.name]
    try:
        with alone(place) as stack:
            package = unpacked(source, place.home, entry.id, stack)
            entry.names = [package.name]
            return _updated(package, entry, place=place)
    except Refused as error:
        refuse(entry, error, place.home)
        raise
    finally:
        clear(place.home, entry)


def _updated(package: Package, entry: Entry, *, place: Place) -> Installed:
    shelf = read_shelf(place.settings, home=place.home)
    before = version_here(package.name, shelf, place.home)
    entry.staged = package.name
    _stage(package, place.home, entry)
    if package.name in shelf.active:
        carried_out(plan_update(package.name, shelf), entry, place=place)
    else:
        journal = Journal(place.home)
        entry.before = entry.after = digest(place.settings.read_bytes())
        journal.enter(entry, "writing")
        try:
            put_new(place.home, entry)
        except OSError:
            put_old_back(place.home, entry)
            journal.enter(entry, "undone")
            raise
        entry.notes += _record("plugin.updated", package)
        journal.enter(entry, "done")
    return Installed(
        name=package.name, version=package.manifest.version, before=before, notes=tuple(entry.notes)
    )


def refuse(entry: Entry, error: Refused | Undone, home: Path) -> None:
    """Write down why nothing came of it, unless that was done."""
    if not entry.is_over:
        entry.reason, entry.reasons = str(error), error.reasons
        Journal(home).enter(entry, "undone" if isinstance(error, Undone) else "refused")


def alone(place: Place) -> ExitStack:
    """Both locks, to be released by leaving the stack, once what was killed is taken back. Raises Refused."""
    stack = ExitStack()
    try:
        stack.enter_context(held_on_this_machine(place.home))
        stack.enter_context(held_among_hosts())
        if place.recovers:
            recover(place.home, place.settings, say=place.say)
        elif Journal(place.home).unfinished():
            raise Refused("Something was killed half-way; `manage.py plugins recover` takes it back.")
    except BaseException:
        stack.close()
        raise
    return stack


def unpacked(source: Path, home: Path, name: str, stack: ExitStack) -> Package:
    """The plugin in `source`, unpacked until the stack is left. Raises BadPackage."""
    room = stack.enter_context(removed_at_the_end(folder_of(home) / f"{name}.unpacked"))
    inside = room / "package"
    inside.mkdir()
    unpack(source, inside)
    return package_in(inside)


def _stage(package: Package, home: Path, entry: Entry) -> None:
    waiting = staging(home, entry.id)
    waiting.mkdir(mode=0o700)
    package.folder.rename(waiting / package.name)


def version_here(name: str, shelf: Shelf, home: Path) -> str:
    """The version of the installed plugin. Raises Refused if it was not installed, Unknown if it is not there."""
    folder = shelf.folders.get(name)
    if folder is None:
        raise Unknown(f"There is no plugin {name} here; install it.")
    if folder.parent != installation_folder(home):
        raise Refused(
            f"{name} in {folder.parent} does not come from an installation, and is not updated by one."
        )
    try:
        return read_manifest(folder).version
    except ManifestError:
        return "0"


def _record(action: str, package: Package) -> list[str]:
    return entered(action, package.name, detail={"version": package.manifest.version})


def remove_files(name: str, home: Path) -> None:
    """Take an installed plugin's folder away. Raises Refused if it does not come from an installation."""
    folder = installation_folder(home) / name
    if not folder.is_dir():
        raise Refused(f"{name} does not come from an installation, so its files stay where they are.")
    away = folder_of(home) / f"{new_id()}.gone"
    folder.rename(away)
    shutil.rmtree(away, ignore_errors=True)
