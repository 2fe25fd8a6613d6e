"""`plugins update PATH`: another version of an installed plugin."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from VaultPlatform.activation.errors import ActivationError, RowsLost, Stopped
from VaultPlatform.activation.signals import stopped_by_signals
from VaultPlatform.installing.installing import update
from VaultPlatform.management.plugin_actions.switching import actor_of, add_asked_arguments, place_of

HELP = "another version of an installed plugin, or leave everything as it is"


def add_arguments(parser: ArgumentParser) -> None:
    """The action's arguments."""
    parser.add_argument("path", type=Path, metavar="PATH", help="a folder, a zip or tar file, or a wheel")
    add_asked_arguments(parser)


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    """Do it."""
    out = command.stdout
    place = place_of(command, options)
    try:
        with actor_of(options["on_behalf_of"])(), stopped_by_signals():
            made = update(
                options["path"].absolute(),
                place=place,
                activation=options["activation"] or "",
            )
    except RowsLost as error:
        raise CommandError(str(error)) from error
    except (ActivationError, Stopped) as error:
        raise CommandError(f"Nothing was updated. {error}") from error
    if options["json"]:
        shown = {"name": made.name, "version": made.version, "before": made.before, "notes": list(made.notes)}
        out.write(json.dumps(shown))
    else:
        out.write("\n".join([f"Updated {made.name} from {made.before} to {made.version}.", *made.notes]))
