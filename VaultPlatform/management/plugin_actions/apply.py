"""`plugins apply`: bring about what VaultSettings.json says after it was edited by hand, or on another host."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand

from VaultPlatform.management.plugin_actions.switching import add_common_arguments, switch_and_tell

HELP = "try, migrate and load the settings file as it stands"


def add_arguments(parser: ArgumentParser) -> None:
    """The action's arguments."""
    add_common_arguments(parser)


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    """Do it."""
    switch_and_tell("apply", [], command, options)
