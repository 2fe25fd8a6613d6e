"""`manage.py serve`: the whole site in one terminal. `make run` is this command after installing."""

import os
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from VaultPlatform.config import load_environment
from VaultPlatform.config.environment import REPOSITORY, Environment
from VaultPlatform.serving import keeper
from VaultPlatform.serving.console import announce, say
from VaultPlatform.serving.home import CannotStart, only_one_in, require_free_port
from VaultPlatform.serving.preparation import prepare, welcome
from VaultPlatform.serving.programs import ADDRESS, listening, site_programs
from VaultPlatform.serving.supervisor import CannotServe, Supervisor


class Command(BaseCommand):
    """Prepare the data, start web, worker and beat, and keep them up until a signal says stop."""

    help = "Start web, worker and beat on this machine; Ctrl-C stops all of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--stop-with-parent",
            action="store_true",
            help="Stop when the process that started this one ends, even if it was killed (Linux).",
        )

    def handle(self, *_args: Any, stop_with_parent: bool, **_options: Any) -> None:
        if stop_with_parent:
            keeper.die_with_parent(signal.SIGTERM)
        environment = load_environment()
        try:
            with only_one_in(environment.home):
                require_free_port(ADDRESS, environment.port)
                _serve(environment)
        except (CannotStart, CannotServe) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted before the site was up.") from None


def _serve(environment: Environment) -> None:
    given = environment.admin_password
    say(f"Preparing the data in {environment.home} ...")
    accounts = prepare(admin_password=given.get_secret_value() if given else None)
    _hand_on(environment)
    text = welcome(accounts, address=f"http://{ADDRESS}:{environment.port}", home=str(environment.home))
    say("Starting web, worker and beat ...")
    with listening(environment.port) as sockets:
        programs = site_programs(port=environment.port, sockets=sockets, folder=REPOSITORY)
        Supervisor(programs, home=environment.home).run(when_ready=lambda: announce(text))
    say("Stopped.")


def _hand_on(environment: Environment) -> None:
    """What the programs inherit: the places as this process resolved them, and no password."""
    os.environ["VAULT_HOME"] = str(environment.home)
    os.environ["VAULT_SETTINGS"] = str(environment.settings)
    os.environ.pop("VAULT_ADMIN_PASSWORD", None)
