"""The web server: granian on sockets that it inherits, `python -m … FILES PROCESSES THREADS`.

The sockets are the supervisor's and stay open while generations of the server come and go, so that a connection which
waits to be taken is never lost. Granian's own command line would open new ones.
"""

import socket
import sys
from collections.abc import Sequence
from typing import Any

from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

TARGET = "NimbusVault.wsgi:application"
#: Granian wants to know; the listening socket has its own.
_BACKLOG = 1024


class OnInheritedSockets(MPServer):
    """Granian's server, whose worker n takes connections of socket n."""

    def __init__(self, files: Sequence[int], **options: Any) -> None:
        super().__init__(TARGET, **options)
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


def main(files: Sequence[int], processes: int, threads: int) -> None:
    """Serve until SIGTERM; a process that ends is started again."""
    OnInheritedSockets(
        files,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1].split(",")], int(sys.argv[2]), int(sys.argv[3]))
