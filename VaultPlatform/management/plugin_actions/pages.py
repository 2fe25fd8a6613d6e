"""Pages of docs/ that a command makes: written anew, or only held against what they have to be."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from VaultPlatform.config import REPOSITORY


def add_page_arguments(parser: ArgumentParser) -> None:
    """The arguments of an action that makes a page."""
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if the page is not current"
    )


def make_page(
    command: BaseCommand, options: Mapping[str, Any], *, page: str, text: str, sources: str
) -> None:
    """Write `text`, what `sources` say, into `page` unless it is there; with --check, raise CommandError instead."""
    path = REPOSITORY / page
    current = path.is_file() and path.read_text(encoding="utf-8") == text
    if not current and options["check"]:
        raise CommandError(f"{page} is not what the {sources} say; run manage.py plugins {options['action']}")
    if not current:
        path.write_text(text, encoding="utf-8")
    told = {"page": page, "changed": not current}
    words = "is current" if current else "is written anew"
    command.stdout.write(json.dumps(told) if options["json"] else f"{page} {words}")
