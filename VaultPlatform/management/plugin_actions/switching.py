"""`plugins enable|disable NAME…` and `plugins apply`: the list of what is on changes as a whole, or not at all."""

import json
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from VaultPlatform import audit
from VaultPlatform.activation.errors import ActivationError, RowsLost, Stopped
from VaultPlatform.activation.journal import Entry
from VaultPlatform.activation.plan import Action
from VaultPlatform.activation.signals import stopped_by_signals
from VaultPlatform.activation.switching import switch
from VaultPlatform.activation.transaction import LOADING_SECONDS, MIGRATING_SECONDS, Place
from VaultPlatform.config import load_environment

#: What is shown of an activation as JSON.
SHOWN = ("id", "action", "names", "state", "switched_on", "switched_off", "reason", "reasons", "notes")


#: Action -> its help, and the option that takes other plugins along, with its help.
_ACTIONS: Final[dict[Action, tuple[str, str, str]]] = {
    "enable": (
        "switch plugins on, or leave everything as it is",
        "--with-dependencies",
        "switch on what they need, too",
    ),
    "disable": (
        "switch plugins off; their tables and settings stay",
        "--with-dependants",
        "switch off what needs them, too",
    ),
    #: After the settings file was edited by hand, or on another host.
    "apply": ("try, migrate and load the settings file as it stands", "", ""),
}


class Switching:
    """One of these actions."""

    def __init__(self, action: Action) -> None:
        self._action: Action = action
        self.HELP, self._along, self._along_help = _ACTIONS[action]

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments of the action."""
        if self._along:
            parser.add_argument("names", nargs="+", metavar="NAME")
            parser.add_argument(self._along, action="store_true", dest="along", help=self._along_help)
        add_common_arguments(parser)

    def run(self, command: BaseCommand, options: Mapping[str, Any]) -> None:
        """Do it."""
        switch_and_tell(self._action, options.get("names", []), command, options)


ACTIONS: Final[dict[str, Switching]] = {action: Switching(action) for action in _ACTIONS}


def add_common_arguments(parser: ArgumentParser) -> None:
    """Options of every action that switches."""
    add_loading_seconds(parser, default=LOADING_SECONDS, what="the new list")
    parser.add_argument(
        "--migrating-seconds",
        type=float,
        default=MIGRATING_SECONDS,
        metavar="N",
        help="how long migrations may run",
    )
    add_asked_arguments(parser)


def add_loading_seconds(parser: ArgumentParser, *, default: float, what: str) -> None:
    """The option that says how long plugins may take."""
    parser.add_argument(
        "--loading-seconds",
        type=float,
        default=default,
        metavar="N",
        help=f"how long {what} may take to load",
    )


def add_asked_arguments(parser: ArgumentParser) -> None:
    """For the supervisor, which runs what operators ask for over REST."""
    parser.add_argument("--activation", help=SUPPRESS)
    parser.add_argument("--on-behalf-of", type=json.loads, help=SUPPRESS)


def switch_and_tell(
    action: Action, names: Sequence[str], command: BaseCommand, options: Mapping[str, Any]
) -> None:
    """Switch, and print what was done. Raises CommandError with the reason if nothing was."""
    place = place_of(command, options)
    try:
        with stopped_by_signals():
            entry = switch(
                action,
                names,
                place=place,
                along=bool(options.get("along")),
                activation=options["activation"],
                actor=actor_of(options["on_behalf_of"]),
            )
    except RowsLost as error:
        raise CommandError(str(error)) from error
    except (ActivationError, Stopped) as error:
        raise CommandError(f"Nothing was switched. {error}") from error
    if options["json"]:
        command.stdout.write(json.dumps({name: getattr(entry, name) for name in SHOWN}, indent=2))
    else:
        command.stdout.write("\n".join(_told(entry)))


def place_of(command: BaseCommand, options: Mapping[str, Any]) -> Place:
    """This deployment, with the patience that was asked for."""
    return Place(
        home=Path(settings.VAULT_HOME),
        settings=load_environment().settings,
        say=(command.stderr if options["json"] else command.stdout).write,
        loading_seconds=options.get("loading_seconds", LOADING_SECONDS),
        migrating_seconds=options.get("migrating_seconds", MIGRATING_SECONDS),
    )


def actor_of(given: dict[str, str] | None) -> Callable[[], AbstractContextManager[audit.Actor]]:
    """Enters who asked: the person that the supervisor names, else whoever runs the command."""
    return audit.command_actor if given is None else partial(audit.use_actor, **given)


def _told(entry: Entry) -> list[str]:
    if entry.state == "unchanged":
        return [f"Nothing to do: {', '.join(entry.names)} {_state(entry.action)} already."]
    lines = []
    if entry.switched_on:
        lines.append(f"Switched on: {', '.join(entry.switched_on)}.")
    if entry.switched_off:
        lines.append(f"Switched off: {', '.join(entry.switched_off)}. Tables and settings stay.")
    return [*(lines or ["The list is applied as it stands."]), *entry.notes]


def _state(action: str) -> str:
    return "is on" if action == "enable" else "is off"
