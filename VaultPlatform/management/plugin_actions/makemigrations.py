"""`plugins makemigrations NAME|FOLDER`: what its migrations lack, whether it is on or off, inside the site or not."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from VaultPlatform.activation.errors import ActivationError
from VaultPlatform.activation.making_migrations import make_migrations
from VaultPlatform.activation.transaction import LOADING_SECONDS
from VaultPlatform.checklist import CannotCheck
from VaultPlatform.management.plugin_actions.check import folder_of
from VaultPlatform.management.plugin_actions.switching import place_of

HELP = "write the migrations that a plugin lacks, which need not be on"


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of the action."""
    parser.add_argument(
        "plugin", help="a plugin's name, or the path of its folder, inside the site or not", metavar="NAME"
    )
    parser.add_argument("--name", dest="called", default="", metavar="N", help="what the migration is called")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 if a migration is missing"
    )


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    """Do it, and say which files were written."""
    place = place_of(command, options)
    try:
        folder = folder_of(options["plugin"], settings.PLUGIN_HOST).resolve()
        if not any(folder.glob("*.py")):
            raise CommandError(
                f"No migration was written. {folder} holds no Python file, so it is no plugin."
            )
        made = make_migrations(
            folder,
            settings=place.settings,
            home=place.home,
            seconds=LOADING_SECONDS,
            name=options["called"],
            only_check=options["check"],
        )
    except (ActivationError, CannotCheck) as error:
        raise CommandError(f"No migration was written. {error}") from error
    if options["json"]:
        told = {"plugin": folder.name, "folder": str(folder), "files": made.files, "missing": made.is_missing}
        command.stdout.write(json.dumps(told, indent=2))
    else:
        command.stdout.write(made.said.rstrip())
    if made.is_missing:
        sys.exit(1)
