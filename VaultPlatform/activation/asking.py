"""Asking the supervisor of this machine for an activation, from inside a web server that it will replace."""

import json
import time
from dataclasses import asdict
from pathlib import Path

from VaultPlatform.activation.errors import ActivationError
from VaultPlatform.activation.journal import ASKED, Entry, Journal, new_id
from VaultPlatform.activation.plan import plan_disable, plan_enable
from VaultPlatform.activation.shelf import read_shelf
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
    if not control.is_running(home):
        raise NotServed(
            "This site is not run by `manage.py serve`, so nobody here can replace its processes. Use"
            f" `manage.py plugins {action} {name}` on the machine, and restart it."
        )
    shelf = read_shelf(load_environment().settings, home=home)
    if action == "enable":
        plan_enable([name], shelf, with_dependencies=along)
    else:
        plan_disable([name], shelf, with_dependants=along)
    actor = acting()
    entry = Entry(
        id=new_id(), action=action, names=[name], actor=[actor.kind, actor.id, actor.name], state=ASKED
    )
    entry.times[ASKED] = time.time()
    Journal(home).write(entry)
    words = [
        action,
        name,
        f"--activation={entry.id}",
        f"--on-behalf-of={json.dumps(asdict(actor))}",
        "--json",
    ]
    if along:
        words.append(_ALONG[action])
    control.leave_request(home, {"do": "plugins", "words": words, "answer": False})
    return entry
