"""The web server: granian on sockets that it inherits, `python -m … FILES PROCESSES THREADS`.

The sockets are the supervisor's and stay open while generations of the server come and go, so that a connection which
waits to be taken is never lost. Granian's own command line would open new ones.

Granian takes connections until the moment that it ends, and closes those on which nothing was sent yet. So a process of
a generation that others take over from leaves the sockets first: whoever connects from then on meets the others.
"""

import os
import socket
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from VaultPlatform.serving.generations import THREADS_VARIABLE, is_leaving

TARGET = "NimbusVault.wsgi:application"
#: Granian wants to know; the listening socket has its own.
_BACKLOG = 1024
#: Seconds between two looks whether others take over.
_LOOK = 0.1


class OnInheritedSockets(MPServer):
    """Granian's server, whose worker n takes connections of socket n."""

    def __init__(self, files: Sequence[int], *, target: str = TARGET, **options: Any) -> None:
        super().__init__(target, **options)
        self._inherited = [socket.socket(fileno=each) for each in files]

    def _init_shared_socket(self) -> None:
        self._ssp = self._sso = self._shd = None

    def _spawn_worker(self, *args: Any, **options: Any) -> Any:
        self._sso: Any = self._inherited[options["idx"] % len(self._inherited)]
        holder: Any = SocketHolder  # its type information knows no constructor
        self._shd = holder(self._sso.fileno(), False, _BACKLOG)
        return super()._spawn_worker(*args, **options)

    def _drop_shared_socket(self) -> None:
        """They are not ours to close."""


def main(
    files: Sequence[int], processes: int, threads: int, *, target: str = TARGET, factory: bool = False
) -> None:
    """Serve `target`, or what it makes if it is a factory, until SIGTERM; a process that ends is started again."""
    os.environ[THREADS_VARIABLE] = str(threads)
    os.register_at_fork(after_in_child=lambda: _watch(files))
    OnInheritedSockets(
        files,
        target=target,
        factory=factory,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()


def _watch(files: Sequence[int]) -> None:
    threading.Thread(target=_leave_in_time, args=(files,), name="vault-leave", daemon=True).start()


def _leave_in_time(files: Sequence[int]) -> None:
    while not is_leaving():
        time.sleep(_LOOK)
    for each in files:
        _leave_socket(each)


def _leave_socket(file: int) -> None:
    """Have `file`, in this process alone, be a socket that nobody connects to.

    Granian has no way to stop listening; shutdown() would stop it for all processes.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as nobodys:
        nobodys.bind(("127.0.0.1", 0))
        nobodys.listen(1)
        nobodys.setblocking(False)
        os.dup2(nobodys.fileno(), file)


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1].split(",")], int(sys.argv[2]), int(sys.argv[3]))
