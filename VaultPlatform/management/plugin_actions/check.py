"""`manage.py plugins check NAME|FOLDER` and `--core`: the checklist, with file, line and remedy.

Exit code 0: clean; 1: something falls short; 2: nothing could be checked.
"""

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from VaultPlatform.checklist import RULES, CannotCheck, Report, Site, Subject, check, features, plugin_at
from VaultPlatform.checklist.page import rules_page
from VaultPlatform.config import REPOSITORY, load_environment
from VaultPlatform.host import PluginHost
from VaultPlatform.host.inventory import nearest_plugin
from VaultPlatform.management.settings_option import SPELT

HELP = "what falls short of the checklist, with file and line"


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of the action."""
    parser.add_argument(
        "name", nargs="?", help="a plugin's name, or the path of its folder, inside the site or not"
    )
    parser.add_argument("--core", action="store_true", help="check the core's own features")
    parser.add_argument(
        "--rules", action="store_true", help="check nothing; print the rules, as docs/checklist.md has them"
    )
    parser.add_argument(
        SPELT,
        dest="settings_files",
        action="append",
        type=Path,
        metavar="FILE",
        help="(or --settings) a settings file that has to list the plugin; repeatable; by default the site's own",
    )


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    """Check, print, and exit by what was found."""
    if options["rules"]:
        command.stdout.write(_rules_as_json() if options["json"] else rules_page(), ending="")
        return
    try:
        subjects = list(_subjects(options))
    except CannotCheck as error:
        raise CommandError(str(error), returncode=2) from error
    reports = [check(subject) for subject in subjects]
    command.stdout.write(_as_json(reports) if options["json"] else _as_text(reports))
    if any(report.findings for report in reports):
        sys.exit(1)


def _rules_as_json() -> str:
    told = [{"id": each.id, "says": each.says, "remedy": each.remedy} for each in RULES.values()]
    return json.dumps(told, indent=2) + "\n"


def _subjects(options: Mapping[str, Any]) -> Iterator[Subject]:
    host: PluginHost = settings.PLUGIN_HOST
    site = Site(
        repository=REPOSITORY,
        settings=_settings_files(options),
        failures={
            each.name: f"stage {each.stage}: {each.reason}"
            for each in host.status()
            if each.state == "failed"
        },
    )
    if options["core"]:
        yield from features(site)
    if options["name"]:
        yield plugin_at(folder_of(options["name"], host), site=site)
    elif not options["core"]:
        raise CannotCheck("Name a plugin or the path of its folder, or say --core.")


def _settings_files(options: Mapping[str, Any]) -> Sequence[Path]:
    files = options["settings_files"] or [load_environment().settings]
    if missing := [file for file in files if not file.is_file()]:
        raise CannotCheck(f"There is no settings file {missing[0]}.")
    return [file.resolve() for file in files]


def folder_of(name: str, host: PluginHost) -> Path:
    """The folder of a plugin that the host knows by name, or the path itself."""
    known = {each.name: each.source for each in host.status() if each.source}
    if name in known:
        return Path(known[name])
    if os.sep in name or Path(name).is_dir():
        return Path(name)
    near = nearest_plugin(name, known)
    hint = f"did you mean {near}?" if near else f"there are: {', '.join(sorted(known)) or 'none'}."
    raise CannotCheck(
        f"There is no plugin {name}; {hint} For one that lies elsewhere give the path of its folder: path/to/{name}."
    )


def _as_json(reports: Sequence[Report]) -> str:
    return json.dumps([asdict(report) for report in reports], indent=2)


def _as_text(reports: Sequence[Report]) -> str:
    lines = []
    for report in reports:
        told = [(each, f"{each.what} {each.remedy}") for each in report.findings]
        told += [(each.finding, f"excepted: {each.reason}") for each in report.excepted]
        lines += [f"{each.file}:{each.line}: {each.rule}: {words}" for each, words in sorted(told)]
        found = len(report.findings)
        lines.append(
            f"{report.subject}: {f'{found} to mend' if found else 'clean'}, {len(report.rules)} rules"
        )
    return "\n".join(lines)
