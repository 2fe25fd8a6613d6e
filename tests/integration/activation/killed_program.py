"""`plugins enable NAME` that is killed, as by SIGKILL, when it enters a stage: `python killed_program.py STAGE NAME`.

`written` is the moment behind the writing of the settings file, `told` that behind asking for a reload.
"""

import os
import signal
import sys

import django

from VaultPlatform.activation import transaction
from VaultPlatform.activation.journal import Journal
from VaultPlatform.serving import control


def main(stage: str, name: str) -> None:
    enter, replace = Journal.enter, transaction.replace_file

    def enter_and_die(self, entry, state):
        enter(self, entry, state)
        if state == stage:
            os.kill(os.getpid(), signal.SIGKILL)

    def replace_and_die(path, content):
        replace(path, content)
        if stage == "written" and path.name == "VaultSettings.json":
            os.kill(os.getpid(), signal.SIGKILL)

    def leave_and_die(home, request, **more):
        name = leave(home, request, **more)
        if stage == "told" and request["do"] == "reload":
            os.kill(os.getpid(), signal.SIGKILL)
        return name

    leave, control.leave_request = control.leave_request, leave_and_die
    Journal.enter, transaction.replace_file = enter_and_die, replace_and_die
    django.setup()
    from django.core.management import call_command

    if stage == "migrated":
        transaction.Activation._write = lambda self: os.kill(os.getpid(), signal.SIGKILL)
    call_command("plugins", "enable", name)


if __name__ == "__main__":
    main(*sys.argv[1:])
