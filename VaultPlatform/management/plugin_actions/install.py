"""`plugins install PATH`: bring a plugin to this deployment."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from VaultPlatform.activation.errors import ActivationError
from VaultPlatform.audit import command_actor
from VaultPlatform.installing.installing import install
from VaultPlatform.management.plugin_actions.switching import place_of

HELP = "bring a plugin here, from a folder, an archive or a wheel"


def add_arguments(parser: ArgumentParser) -> None:
    """The action's arguments."""
    parser.add_argument("path", type=Path, metavar="PATH", help="a folder, a zip or tar file, or a wheel")
    parser.add_argument("--json", action="store_true", help="print JSON; progress goes to standard error")


def run(options: dict[str, Any], *, out: OutputWrapper, err: OutputWrapper) -> None:
    """Do it."""
    try:
        with command_actor():
            made = install(options["path"].absolute(), place=place_of(options, out=out, err=err))
    except ActivationError as error:
        raise CommandError(f"Nothing was installed. {error}") from error
    if options["json"]:
        out.write(json.dumps({"name": made.name, "version": made.version}))
    else:
        told = f"Installed {made.name} {made.version}. It is off: `manage.py plugins enable {made.name}`."
        out.write("\n".join([told, *made.notes]))
