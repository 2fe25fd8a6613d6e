"""`plugins install PATH`: bring a plugin to this deployment."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from VaultPlatform.activation.errors import ActivationError
from VaultPlatform.audit import command_actor
from VaultPlatform.installing.installing import install
from VaultPlatform.management.plugin_actions.switching import place_of

HELP = "bring a plugin here, from a folder, an archive or a wheel"


def add_arguments(parser: ArgumentParser) -> None:
    """The action's arguments."""
    parser.add_argument("path", type=Path, metavar="PATH", help="a folder, a zip or tar file, or a wheel")


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    """Do it."""
    out = command.stdout
    try:
        with command_actor():
            made = install(options["path"].absolute(), place=place_of(command, options))
    except ActivationError as error:
        raise CommandError(f"Nothing was installed. {error}") from error
    if options["json"]:
        out.write(json.dumps({"name": made.name, "version": made.version}))
    else:
        told = f"Installed {made.name} {made.version}. It is off: `manage.py plugins enable {made.name}`."
        out.write("\n".join([told, *made.notes]))
