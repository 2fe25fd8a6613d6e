"""`plugins enable NAME…`: switch plugins on."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand

from VaultPlatform.management.plugin_actions.switching import add_common_arguments, switch_and_tell

HELP = "switch plugins on, or leave everything as it is"


def add_arguments(parser: ArgumentParser) -> None:
    """The action's arguments."""
    parser.add_argument("names", nargs="+", metavar="NAME")
    parser.add_argument(
        "--with-dependencies", action="store_true", dest="along", help="switch on what they need, too"
    )
    add_common_arguments(parser)


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    """Do it."""
    switch_and_tell("enable", options["names"], command, options)
