"""`schedules list|add|pause|resume|remove`: which background tasks are sent by themselves, and when."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder

from VaultPlatform import audit
from VaultPlatform.schedules import keeping
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = "Shows and changes which background tasks are sent by themselves; the scheduler takes note in seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="all schedules").add_argument(
            "--json", action="store_true", help="print JSON"
        )
        adding = verbs.add_parser("add", help="have a task sent again and again")
        adding.add_argument("name", help="what the schedule is called")
        adding.add_argument(
            "--task", required=True, help="name of the task, such as vault.maintain_organisation"
        )
        adding.add_argument("--every", default="", metavar="PAUSE", help="such as 30s, 5m, 2h, 1d")
        adding.add_argument("--cron", default="", metavar="TIME", help="such as '30 6 * * 1-5'")
        adding.add_argument("--timezone", default="UTC", help="of --cron; UTC if left out")
        adding.add_argument(
            "--org", default="", metavar="SLUG", help="for whom; '*' for each active organisation"
        )
        adding.add_argument("--queue", default="", help="instead of the task's own")
        adding.add_argument("--args", dest="given", type=_json(list), default=[], help="a JSON array")
        adding.add_argument("--kwargs", dest="named", type=_json(dict), default={}, help="a JSON object")
        for verb, meaning in (
            ("pause", "keep a schedule, and send nothing"),
            ("resume", "go on with a paused one"),
            ("remove", "forget a schedule"),
        ):
            verbs.add_parser(verb, help=meaning).add_argument("name")

    def handle(self, *_args: Any, verb: str, **options: Any) -> None:
        with said_plainly(), audit.command_actor():
            self.stdout.write(_VERBS[verb](options))


def _json(kind: type) -> Any:
    def parsed(text: str) -> Any:
        try:
            value = json.loads(text)
        except ValueError as error:
            raise ArgumentTypeError(f"this is no JSON: {error}") from error
        if not isinstance(value, kind):
            raise ArgumentTypeError(f"give a JSON {'array' if kind is list else 'object'}")
        return value

    return parsed


def _list(options: dict[str, Any]) -> str:
    found = keeping.list_schedules()
    if options["json"]:
        return json.dumps(found, indent=2, cls=DjangoJSONEncoder)
    return "\n".join(
        f"{each['name']}  {each['task']}  {each['when']}  {each['org'] or '(site)'}"
        f"  {'' if each['enabled'] else 'paused'}".rstrip()
        for each in found
    )


def _add(options: dict[str, Any]) -> str:
    names = ("task", "every", "cron", "timezone", "org", "queue")
    chosen = {name: options[name] for name in names}
    made = keeping.add(options["name"], **chosen, args=options["given"], kwargs=options["named"])
    return f"Schedule {made['name']}: {made['task']}, {made['when']}."


def _switch(on: bool) -> Any:  # noqa: FBT001  # named by its callers' keys
    def switched(options: dict[str, Any]) -> str:
        made = keeping.switch(options["name"], on=on)
        return f"Schedule {made['name']} {'goes on' if on else 'is paused'}."

    return switched


def _remove(options: dict[str, Any]) -> str:
    keeping.remove(options["name"])
    return f"Schedule {options['name']} is removed."


_VERBS = {
    "list": _list,
    "add": _add,
    "pause": _switch(on=False),
    "resume": _switch(on=True),
    "remove": _remove,
}
