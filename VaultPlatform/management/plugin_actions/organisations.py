"""`plugins on|off|allow|forbid|where|lift`: in which organisations a plugin is on, and saying so."""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.core.management.base import CommandError

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
}
ACTIONS: Final = (*_WORDS, "where", "lift")


def add_arguments(actions: Any) -> None:
    """Add these actions to the subparsers of the command."""
    for action, meaning in _HELP.items():
        parser = actions.add_parser(action, help=meaning)
        parser.add_argument("name")
        parser.add_argument("--org", metavar="SLUG", help="in which organisation")
        parser.add_argument("--json", action="store_true", help="print JSON")
    where = actions.add_parser("where", help="all organisations, with whether a plugin is on there")
    where.add_argument("name")
    where.add_argument("--json", action="store_true", help="print JSON")
    lifting = actions.add_parser(
        "lift", help="have a hook implementation be called again that was switched off"
    )
    lifting.add_argument("name")
    lifting.add_argument("hook")
    lifting.add_argument("--org", metavar="SLUG", required=True, help="in which organisation")
    lifting.add_argument("--json", action="store_true", help="print JSON")


def carried_out(host: PluginHost, options: Mapping[str, Any]) -> str:
    """Do what `options` say, and return what is to be printed. Raises CommandError, saying what is wrong."""
    status = _status(host, options["name"])
    with said_plainly(), command_actor():
        if options["action"] == "where":
            return _where(status, as_json=options["json"])
        if options["action"] == "lift":
            lifted = lift_hook(status.name, options["hook"], options["org"])
            told = f"{status.name}: {options['hook']} is called again in {options['org']}"
            return json.dumps(lifted, indent=2, default=str) if options["json"] else told
        said = say_as_operator(status, options["org"], _WORDS[options["action"]])
        return json.dumps(said, indent=2) if options["json"] else f"{status.name}: {_told(said)}"


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
