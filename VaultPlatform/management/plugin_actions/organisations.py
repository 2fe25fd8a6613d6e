"""`plugins on|off|allow|forbid|where|lift`: in which organisations a plugin is on, and saying so."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from VaultPlatform.audit import command_actor
from VaultPlatform.host import PluginHost, PluginStatus
from VaultPlatform.host.hook_reports import lift_hook
from VaultPlatform.host.organisations import everywhere, say_as_operator, where_on
from VaultPlatform.tenancy.plainly import said_plainly

#: The word that each action says.
_WORDS: Final = {
    "on": {"switched_on": True},
    "off": {"switched_on": False},
    "allow": {"allowed": True},
    "forbid": {"allowed": False},
}
_HELP: Final = {
    "on": "switch a plugin on in an organisation; without --org, wherever nothing else was said",
    "off": "switch it off there",
    "allow": "let an organisation have it; without --org, all of which nothing else was said",
    "forbid": "let it not be on there, whatever its administrators say",
    "where": "all organisations, with whether a plugin is on there",
    "lift": "have a hook implementation be called again that was switched off",
}


class Saying:
    """One of these actions."""

    def __init__(self, action: str) -> None:
        self._action, self.HELP = action, _HELP[action]

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments of the action."""
        parser.add_argument("name")
        if self._action == "lift":
            parser.add_argument("hook")
        if self._action != "where":
            needed = self._action == "lift"
            parser.add_argument("--org", metavar="SLUG", required=needed, help="in which organisation")

    def run(self, command: BaseCommand, options: Mapping[str, Any]) -> None:
        """Do what `options` say, and print it. Raises CommandError, saying what is wrong."""
        status = _status(settings.PLUGIN_HOST, options["name"])
        with said_plainly(), command_actor():
            command.stdout.write(self._carried_out(status, options))

    def _carried_out(self, status: PluginStatus, options: Mapping[str, Any]) -> str:
        if self._action == "where":
            return _where(status, as_json=options["json"])
        if self._action == "lift":
            lifted = lift_hook(status.name, options["hook"], options["org"])
            told = f"{status.name}: {options['hook']} is called again in {options['org']}"
            return json.dumps(lifted, indent=2, default=str) if options["json"] else told
        said = say_as_operator(status, options["org"], _WORDS[self._action])
        return json.dumps(said, indent=2) if options["json"] else f"{status.name}: {_told(said)}"


ACTIONS: Final = {action: Saying(action) for action in _HELP}


def _where(status: PluginStatus, *, as_json: bool) -> str:
    shown = where_on(status.name)
    if as_json:
        return json.dumps({"everywhere": everywhere(status.name), "organisations": shown}, indent=2)
    lines = [_told({"organisation": None, **everywhere(status.name)}), *map(_told, shown)]
    return "\n".join(lines)


def _told(said: Mapping[str, Any]) -> str:
    if said["organisation"] is None:
        default = "off" if said["switched_on"] is False else "on"
        allowed = "not allowed" if said["allowed"] is False else default
        return f"where nothing else was said: {allowed}"
    return f"{said['organisation']}: {'on' if said['on'] else 'off, ' + said['reason']}"


def _status(host: PluginHost, name: str) -> PluginStatus:
    plugins = {plugin.name: plugin for plugin in host.status()}
    if name not in plugins:
        raise CommandError(f"there is no plugin {name}; there are: {', '.join(sorted(plugins)) or 'none'}")
    return plugins[name]
