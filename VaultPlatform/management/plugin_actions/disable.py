"""`plugins disable NAME…`: switch plugins off."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand

from VaultPlatform.management.plugin_actions.switching import add_common_arguments, switch_and_tell

HELP = "switch plugins off; their tables and settings stay"


def add_arguments(parser: ArgumentParser) -> None:
    """The action's arguments."""
    parser.add_argument("names", nargs="+", metavar="NAME")
    parser.add_argument(
        "--with-dependants", action="store_true", dest="along", help="switch off what needs them, too"
    )
    add_common_arguments(parser)


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    """Do it."""
    switch_and_tell("disable", options["names"], command, options)
