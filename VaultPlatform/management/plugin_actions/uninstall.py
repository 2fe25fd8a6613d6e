"""`plugins uninstall NAME`: say what there is of a plugin, or take it away."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from VaultPlatform.activation.errors import ActivationError, Refused, Undone
from VaultPlatform.installing.uninstalling import Holdings, look, uninstall
from VaultPlatform.management.plugin_actions.switching import actor_of, add_asked_arguments, place_of

HELP = "say what there is of a plugin, or take it away"


def add_arguments(parser: ArgumentParser) -> None:
    """The action's arguments."""
    parser.add_argument("name", metavar="NAME")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--plan", action="store_const", const="plan", dest="fate", help="only say what there is")
    how.add_argument(
        "--keep", action="store_const", const="keep", dest="fate", help="its tables stay, for another time"
    )
    how.add_argument(
        "--export",
        action="store_const",
        const="export",
        dest="fate",
        help="its rows go into a file, then drop",
    )
    how.add_argument("--drop", action="store_const", const="drop", dest="fate", help="its tables go for good")
    add_asked_arguments(parser)


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    """Do it."""
    out = command.stdout
    place, name, fate = place_of(command, options), options["name"], options["fate"]
    try:
        with actor_of(options["on_behalf_of"])():
            if fate == "plan":
                found = look(name, place=place)
                out.write(json.dumps(asdict(found), indent=2) if options["json"] else _told(found))
                return
            done = uninstall(
                name,
                fate,
                place=place,
                activation=options["activation"] or "",
            )
    except (Refused, Undone) as error:
        raise CommandError(f"Nothing was uninstalled. {error}") from error
    except ActivationError as error:
        raise CommandError(str(error)) from error
    out.write(json.dumps(done, indent=2) if options["json"] else _told_done(done))


def _told(found: Holdings) -> str:
    lines = [
        f"{found.name} is {'on' if found.on else 'off'}.",
        f"  files: {found.files} in {found.folder}"
        + ("" if found.installed else " (they stay: no installation brought them)"),
        *(f"  table {table}: {rows} rows" for table, rows in found.tables.items()),
        *(f"  organisation {slug}: {rows} rows" for slug, rows in found.organisations.items()),
    ]
    for what, names in (
        ("settings", found.settings),
        ("schedules", found.schedules),
        ("needed by", found.dependants),
    ):
        lines.append(f"  {what}: {', '.join(names) or '-'}")
    if found.unknown:
        lines.append(f"  Its tables are not known, because it cannot be loaded: {found.unknown}")
    return "\n".join(lines)


def _told_done(done: dict[str, Any]) -> str:
    words = {
        "keep": "Its tables stay.",
        "export": f"Its rows are in {done.get('file')}; its tables are gone.",
        "drop": "Its tables are gone.",
    }
    told = f"Uninstalled {done['name']}. {words[done['fate']]} Its block in the settings file, if any, stays."
    return "\n".join([told, *done["notes"]])
