"""`celery` that says when it is ready, by a line of its own on standard output.

The supervisor starts worker and beat through this module, because "the process exists" is not "it takes work".
Arguments are those of the `celery` command.
"""

import os
import sys
import warnings

from celery.__main__ import main
from celery.platforms import SecurityWarning
from celery.signals import beat_init, worker_ready

from VaultPlatform.host.reporting import report_loaded
from VaultPlatform.serving.child import READY


def _say_ready(**_: object) -> None:
    report_loaded()
    os.write(1, f"\n{READY}\n".encode())  # past sys.stdout, which Celery turns into log records


if __name__ == "__main__":
    # Celery warns root because of pickled messages, which the vault does not accept.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    worker_ready.connect(_say_ready)
    beat_init.connect(_say_ready)
    if "worker" in sys.argv:
        # A name of its own: brokers refuse a second worker of one name, which one that is just ending has still.
        sys.argv.append(f"--hostname=celery-{os.getpid()}@%h")
    sys.exit(main())
