"""`manage.py plugins new NAME`: a plugin to begin with, which keeps to the checklist and passes its tests."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import Resolver404, resolve

from NimbusVaultConstants.Modelentity.Modelentity import ModelName
from VaultPlatform.checklist.catalogue import write_catalogue
from VaultPlatform.config import REPOSITORY, load_environment
from VaultPlatform.scaffold import PARTS, CannotMake, Made, Wishes, make

HELP = "make a plugin to begin with"
_YES = frozenset({"", "y", "yes"})
_NO = frozenset({"n", "no"})


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of the action."""
    parser.add_argument("name", help="such as Notes_Plugin")
    for part, question in PARTS.items():
        parser.add_argument(f"--{part}", action="store_true", help=f"{question} Yes.")
    parser.add_argument("--all", action="store_true", help="all of these parts")
    parser.add_argument(
        "--into", type=Path, metavar="DIR", help="the folder to make it in; by default Plugins/"
    )
    parser.add_argument(
        "--package", action="store_true", help="make a package of its own, with a pyproject.toml"
    )
    parser.add_argument("--author", default="The author", help="who keeps it, for plugin.yaml")


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    """Make it, and say what to do next."""
    wishes = Wishes(
        name=options["name"], parts=_parts(options), package=options["package"], author=options["author"]
    )
    if wishes.package and options["into"] is None:
        raise CommandError(
            "say with --into DIR where the package is to be made; not in NimbusVault's own folder"
        )
    taken = [each.name for each in settings.PLUGIN_HOST.status()]
    if wishes.name not in taken and "endpoints" in wishes.parts and _is_answered(wishes.word):
        raise CommandError(f"/{ModelName.url_vault}{wishes.word} is answered already; take another name")
    try:
        made = make(
            wishes,
            into=options["into"] or REPOSITORY / "Plugins",
            taken=taken,
        )
    except CannotMake as error:
        raise CommandError(str(error)) from error
    if made.folder.parent == REPOSITORY / "Plugins":
        write_catalogue(REPOSITORY)
    if options["json"]:
        told = {
            "name": wishes.name,
            "folder": str(made.folder),
            "files": list(made.files),
            "next": _next(wishes, made),
        }
        command.stdout.write(json.dumps(told, indent=2))
        return
    command.stdout.write(f"{made.folder} is made, with {len(made.files)} files. What comes next:\n\n")
    command.stdout.write("\n".join(f"  {line}" for line in _next(wishes, made)))


def _parts(options: Mapping[str, Any]) -> frozenset[str]:
    """What was asked for by options, else at the terminal. Raises CommandError where there is none."""
    if options["all"]:
        return frozenset(PARTS)
    if chosen := frozenset(part for part in PARTS if options[part]):
        return chosen
    if not sys.stdin.isatty():
        wanted = " ".join(f"--{part}" for part in PARTS)
        raise CommandError(f"say what it has: {wanted}, or --all")
    try:
        return frozenset(part for part, question in PARTS.items() if _asked(question))
    except EOFError as error:
        raise CommandError("nothing was made") from error


def _asked(question: str) -> bool:
    while True:
        answer = input(f"{question} [Y/n] ").strip().lower()
        if answer in _YES | _NO:
            return answer in _YES


def _is_answered(word: str) -> bool:
    try:
        resolve(f"/{ModelName.url_vault}{word}")
    except Resolver404:
        return False
    return True


def _next(wishes: Wishes, made: Made) -> list[str]:
    """The next steps, each a command or a sentence."""
    here = made.folder.is_relative_to(REPOSITORY)
    python, name = _python(), wishes.name if here else made.plugin
    test = (
        f"{python} -m pytest Plugins/{wishes.name}"
        if here
        else f"(cd {made.folder} && {sys.executable} -m pytest)"
    )
    steps = [f"{python} manage.py plugins check {name}", test]
    if "models" in wishes.parts:
        steps.append(f"{python} manage.py plugins makemigrations {name}   (after each change of models.py)")
    outside = not wishes.package and made.plugin.parent != REPOSITORY / "Plugins"
    if wishes.package:
        steps.append(f"{python} manage.py plugins install {made.folder}")
    elif outside:
        file = load_environment().settings
        steps.append(f'In {file} add "{made.plugin.parent}" to Base.plugin_dirs, where the site finds it.')
    steps.append("Take the line `checklist: allow listed` out of plugin.yaml.")
    steps.append(f"{python} manage.py plugins enable {wishes.name}")
    if outside:
        steps.append(f"{python} manage.py plugins apply   (after each edit)")
        steps.append(
            f"Where nobody edits it, in place of plugin_dirs: manage.py plugins install {made.folder}"
        )
    return steps


def _python() -> str:
    """The interpreter that runs this, as it is called from NimbusVault's folder."""
    interpreter = Path(sys.executable)
    return str(interpreter.relative_to(REPOSITORY) if interpreter.is_relative_to(REPOSITORY) else interpreter)
