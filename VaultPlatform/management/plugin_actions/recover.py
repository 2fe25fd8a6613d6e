"""`plugins recover`: take back what was killed half-way. The other actions and a start of the site do it, too."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from VaultPlatform.activation.errors import ActivationError
from VaultPlatform.activation.locking import held_on_this_machine
from VaultPlatform.activation.recovery import recover
from VaultPlatform.config import load_environment

HELP = "take back what was killed half-way"


def add_arguments(parser: ArgumentParser) -> None:
    """The action's arguments."""


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    """Do it."""
    out = command.stdout
    home = Path(settings.VAULT_HOME)
    say = (command.stderr if options["json"] else out).write
    try:
        with held_on_this_machine(home):
            found = recover(home, load_environment().settings, say=say)
    except ActivationError as error:
        raise CommandError(str(error)) from error
    if options["json"]:
        out.write(json.dumps([{"id": each.id, "state": each.state} for each in found], indent=2))
    elif not found:
        out.write("Nothing was left half-done.")
