"""Asking the supervisor of this machine for an activation, from inside a web server that it will replace."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from VaultPlatform.activation.errors import ActivationError
from VaultPlatform.activation.journal import ASKED, Entry, Journal, new_id
from VaultPlatform.activation.plan import plan_disable, plan_enable
from VaultPlatform.activation.shelf import Shelf, read_shelf
from VaultPlatform.activation.versions import clear
from VaultPlatform.audit.scope import acting
from VaultPlatform.config import load_environment
from VaultPlatform.serving import control

_ALONG = {"enable": "--with-dependencies", "disable": "--with-dependants"}


class NotServed(ActivationError):
    """No supervisor runs here that could do it."""


def ask_for_switch(action: str, name: str, *, home: Path, along: bool) -> Entry:
    """Ask, and return the activation as it is: asked for.

    Raises Refused, or Unknown as a kind of it, when it can be told at once that nothing will come of it; NotServed.
    """
    shelf = shelf_of_served(f"{action} {name}", home=home)
    if action == "enable":
        plan_enable([name], shelf, with_dependencies=along)
    else:
        plan_disable([name], shelf, with_dependants=along)
    return leave(action, name, [name, *([_ALONG[action]] if along else [])], home=home)


def shelf_of_served(words: str, *, home: Path) -> Shelf:
    """The plugins that are there, of a site that a supervisor runs. Raises NotServed, naming the command; Refused."""
    if not control.is_running(home):
        raise NotServed(
            "This site is not run by `manage.py serve`, so nobody here can replace its processes. Use"
            f" `manage.py plugins {words}` on the machine, and restart it."
        )
    return read_shelf(load_environment().settings, home=home)


def leave(action: str, name: str, words: Sequence[str], *, home: Path, activation: str = "") -> Entry:
    """Leave what was asked for with the supervisor: the action of `manage.py plugins`, and its words."""
    who = acting()
    entry = Entry(
        id=activation or new_id(),
        action=action,
        names=[name],
        actor=[who.kind, who.id, who.name],
        state=ASKED,
    )
    entry.times[ASKED] = time.time()
    Journal(home).write(entry)
    behalf = f"--on-behalf-of={json.dumps(asdict(who))}"
    command = [action, *words, f"--activation={entry.id}", behalf, "--json"]
    control.leave_request(home, {"do": "plugins", "words": command, "answer": False}, name=entry.id)
    return entry


def withdraw(activation: str, *, home: Path) -> None:
    """Take back what was asked for. What the supervisor has begun goes on."""
    journal = Journal(home)
    entry = journal.find(activation)
    if entry is not None and control.withdraw_request(home, activation):
        clear(home, entry)
        journal.forget(entry)
