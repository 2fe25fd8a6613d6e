"""`manage.py plugins hooks`: make docs/hook-reference.md from the specifications; with a NAME, print a plugin's own."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from VaultPlatform.checklist import CannotCheck
from VaultPlatform.checklist.hook_reference import (
    CORE,
    PAGE,
    Undescribed,
    read_nouns,
    reference_of,
    reference_page,
)
from VaultPlatform.config import REPOSITORY
from VaultPlatform.management.plugin_actions.check import folder_of
from VaultPlatform.management.plugin_actions.pages import add_page_arguments, make_page

HELP = f"make {PAGE} from the core's hook specifications, or print a plugin's own"


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of the action."""
    parser.add_argument(
        "name", nargs="?", help="a plugin that specifies hooks, or the path of its folder: print them"
    )
    add_page_arguments(parser)


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    """Write the page, say whether it is current, or print."""
    try:
        if options["name"]:
            folder = folder_of(options["name"], settings.PLUGIN_HOST) / Path(CORE).name
            command.stdout.write(_as_json(folder) if options["json"] else _as_text(folder), ending="")
        else:
            text = reference_page(REPOSITORY)
            make_page(command, options, page=PAGE, text=text, sources="specifications")
    except (CannotCheck, Undescribed, SyntaxError) as error:
        raise CommandError(str(error)) from error


def _as_json(folder: Path) -> str:
    return json.dumps([asdict(noun) for noun in read_nouns(folder)], indent=2) + "\n"


def _as_text(folder: Path) -> str:
    return reference_of(folder) or f"{folder.parent.name} specifies no hook.\n"
