"""`runs list|show|cancel|retry|settle|recover|deliveries|replay`: runs and their events, looked at and put right."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder

from Orchestrators.Journal import RunState
from VaultPlatform import audit
from VaultPlatform.runs import handling, outbox, reading
from VaultPlatform.runs.planes import Plane
from VaultPlatform.tenancy.plainly import said_plainly

STATES = [state.value for state in RunState]
DELIVERY_STATES = ["waiting", "given_up"]
#: Lines of a list, unless asked for more.
LINES = 50


class Command(BaseCommand):
    """See `help`."""

    help = "Shows the runs of an organisation, or of the site itself, and puts right those that wait for somebody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = _verb(verbs, "list", "the runs, the newest first")
        listing.add_argument("--state", choices=STATES, help="only those in this state")
        _verb(verbs, "show", "one run with its steps").add_argument("run", type=UUID)
        _verb(verbs, "cancel", "cancel a run that waits or runs").add_argument("run", type=UUID)
        _verb(verbs, "retry", "try again what a stuck or blocked run could not do").add_argument(
            "run", type=UUID
        )
        settling = _verb(verbs, "settle", "close a stuck or blocked run that you have put right yourself")
        settling.add_argument("run", type=UUID)
        settling.add_argument("--outcome", choices=handling.OUTCOMES, required=True)
        settling.add_argument("--note", required=True, help="what you found and did, for the audit trail")
        _verb(verbs, "recover", "look everywhere once for what dead processes have left", of_one=False)
        waiting = _verb(verbs, "deliveries", "events that are still to be delivered, or were given up")
        waiting.add_argument("--state", choices=DELIVERY_STATES, help="only those in this state")
        _verb(verbs, "replay", "have an event delivered again that was given up").add_argument(
            "delivery", type=int
        )
        for each in (listing, waiting):
            each.add_argument("--limit", type=_number, default=LINES, help=f"how many; {LINES} if left out")

    def handle(self, *_args: Any, verb: str, **options: Any) -> None:
        with said_plainly(), audit.command_actor():
            if verb == "recover":
                found, sentence = _recovered()
            else:
                plane = reading.plane_named(options["org"] or "")
                with plane.entered():
                    found, sentence = _VERBS[verb](plane, options)
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2, cls=DjangoJSONEncoder))
        elif sentence:
            self.stdout.write(sentence)


def _verb(verbs: Any, name: str, meaning: str, *, of_one: bool = True) -> ArgumentParser:
    parser: ArgumentParser = verbs.add_parser(name, help=meaning)
    if of_one:
        parser.add_argument("--org", metavar="SLUG", help="the organisation; without it, the site's own runs")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


#: What a verb has found, for programs and for people.
Told = tuple[Any, str]


def _list(plane: Plane, options: dict[str, Any]) -> Told:
    lookups = {"state": options["state"]} if options["state"] else {}
    runs = [reading.shown_run(row) for row in reading.list_runs(plane, **lookups)[: options["limit"]]]
    lines = [f"{run['id']}  {run['state']:<12}  {run['name']}  {run['error']}".rstrip() for run in runs]
    return runs, "\n".join(lines)


def _show(plane: Plane, options: dict[str, Any]) -> Told:
    run = reading.shown_run(reading.find_run(plane, options["run"]))
    plain = {name: value for name, value in run.items() if name not in ("steps", "actor")}
    lines = [f"{name}: {'-' if value in (None, '') else value}" for name, value in plain.items()]
    lines.append("actor: {kind} {name}".format(**run["actor"]))
    lines += [f"step {step['name']}: {step['state']} {step['error']}".rstrip() for step in run["steps"]]
    return run, "\n".join(lines)


def _cancel(plane: Plane, options: dict[str, Any]) -> Told:
    row = handling.cancel(plane, options["run"])
    begun = row.state == RunState.RUNNING.value
    return _of(row, "is asked to stop before its next step" if begun else "is cancelled")


def _retry(plane: Plane, options: dict[str, Any]) -> Told:
    row = handling.retry(plane, options["run"])
    return _of(row, f"is {row.state} now")


def _settle(plane: Plane, options: dict[str, Any]) -> Told:
    row = handling.settle(plane, options["run"], outcome=options["outcome"], note=options["note"])
    return _of(row, f"is closed as {row.state}")


def _of(row: Any, sentence: str) -> Told:
    return reading.shown_run(row), f"Run {row.id} {sentence}."


def _recovered() -> Told:
    from VaultPlatform.runs.sweep import sweep_once

    visited = sweep_once()
    return {"visited": visited}, f"Organisations visited: {visited}."


def _deliveries(plane: Plane, options: dict[str, Any]) -> Told:
    found = reading.list_deliveries(plane, options["state"] or "")[: options["limit"]]
    events = [reading.shown_delivery(row) for row in found]
    lines = [
        f"{each['id']}  {each['state']:<8}  {each['hook']}  {each['listener']}  {each['entity']}"
        f"  {each['attempts']}  {each['error']}".rstrip()
        for each in events
    ]
    return events, "\n".join(lines)


def _replay(plane: Plane, options: dict[str, Any]) -> Told:
    delivery = options["delivery"]
    outbox.replay(plane, delivery)
    return {"id": delivery}, f"Event {delivery} is to be delivered again."


_VERBS: dict[str, Callable[[Plane, dict[str, Any]], Told]] = {
    "list": _list,
    "show": _show,
    "cancel": _cancel,
    "retry": _retry,
    "settle": _settle,
    "deliveries": _deliveries,
    "replay": _replay,
}
