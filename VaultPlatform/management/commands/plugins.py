"""`manage.py plugins`: which there are, which are on, why one is not; and, in `plugin_actions`, all else."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from VaultPlatform.activation.comparing import compare_with_running
from VaultPlatform.activation.errors import ActivationError
from VaultPlatform.activation.outlook import SHOWING_SECONDS, shown_plugins
from VaultPlatform.config import load_environment
from VaultPlatform.management.plugin_actions import ACTIONS
from VaultPlatform.management.plugin_actions.hooks_off import hooks_off, lines_of
from VaultPlatform.management.plugin_actions.switching import add_loading_seconds


class Command(BaseCommand):
    """Shows what becomes of the plugins in a process that is started now, and runs the actions."""

    help = (
        "Show which plugins there are, which are on and why one is not; check, make, switch and install them."
    )
    #: Shown although something is wrong: that is when it is needed.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        listing = actions.add_parser("list", help="all plugins, a line each")
        showing = actions.add_parser("show", help="one plugin, with the traceback of its failure")
        showing.add_argument("name")
        for action in (listing, showing):
            add_loading_seconds(action, default=SHOWING_SECONDS, what="the plugins")
        others = []
        for name, module in ACTIONS.items():
            others.append(actions.add_parser(name, help=module.HELP))
            module.add_arguments(others[-1])
        for action in (listing, showing, *others):
            action.add_argument(
                "--json", action="store_true", help="print JSON; progress goes to standard error"
            )

    def handle(self, *_args: Any, **options: Any) -> None:
        if (action := ACTIONS.get(options["action"])) is not None:
            action.run(self, options)
            return
        home = Path(settings.VAULT_HOME)
        try:
            plugins = shown_plugins(
                load_environment().settings, home=home, seconds=options["loading_seconds"]
            )
        except ActivationError as error:
            raise CommandError(str(error)) from error
        compare_with_running(plugins, home=home)
        if options["action"] == "list":
            self._list(plugins, as_json=options["json"])
        else:
            self._show(plugins, options["name"], as_json=options["json"])

    def _list(self, plugins: list[dict[str, Any]], *, as_json: bool) -> None:
        if as_json:
            for plugin in plugins:
                del plugin["traceback"]
            self.stdout.write(json.dumps(plugins, indent=2))
            return
        width = max((len(plugin["name"]) for plugin in plugins), default=0)
        for plugin in plugins:
            stage = f"{plugin['stage']}: " if plugin["stage"] else ""
            line = f"{plugin['name']:<{width}}  {plugin['state']:<6}  {plugin['version']:<8}  {stage}"
            waiting = f"  * {plugin['waiting']}" if plugin["waiting"] else ""
            self.stdout.write(f"{line}{plugin['reason'] or ''}".rstrip() + waiting)
        if any(plugin["waiting"] for plugin in plugins):
            self.stdout.write("* `manage.py plugins apply` has the running site load what is listed here.")

    def _show(self, plugins: list[dict[str, Any]], name: str, *, as_json: bool) -> None:
        shown = next((plugin for plugin in plugins if plugin["name"] == name), None)
        if shown is None:
            names = ", ".join(sorted(plugin["name"] for plugin in plugins)) or "none"
            raise CommandError(f"there is no plugin {name}; there are: {names}")
        off = hooks_off(name)
        if as_json:
            self.stdout.write(json.dumps({**shown, "hooks_off": off}, indent=2))
            return
        for key, value in shown.items():
            self.stdout.write(f"{key}: {_plain(value)}")
        self.stdout.write("\n".join(lines_of(name, off)))


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        value = [f"{name} {wanted}".rstrip() for name, wanted in value.items()]
    if isinstance(value, list):
        value = ", ".join(value)
    return "-" if value in (None, "") else str(value)
