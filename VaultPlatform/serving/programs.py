"""The programs that make up the site, with their command lines and how each shows that it is ready."""

import http
import http.client
import json
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from VaultPlatform.serving.child import Program

ADDRESS = "127.0.0.1"
WEB_PROCESSES = 2
WEB_THREADS = 4
#: Connections that may wait until a process takes them.
BACKLOG = 1024
HEALTH_PATH = "/vault/health/ready"
HEALTH_SECONDS = 5.0
LIVE_PATH = "/vault/health/live"


def site_programs(*, port: int, sockets: Sequence[socket.socket], folder: Path) -> tuple[Program, ...]:
    """Web, worker (of all queues) and beat; which queues and schedules there are, Celery's settings say.

    Parameters: `port` of the web server on the loopback address, and the `sockets` that listen there; `folder` of
    manage.py, where all of them run.
    """
    return (
        _web(port=port, sockets=sockets, folder=folder),
        _celery("worker", "--without-gossip", "--without-mingle", folder=folder),
        _celery("beat", "--pidfile=", folder=folder),
    )


def _web(*, port: int, sockets: Sequence[socket.socket], folder: Path) -> Program:
    files = tuple(each.fileno() for each in sockets)
    return Program(
        name="web",
        command=(
            *(sys.executable, "-m", "VaultPlatform.serving.web_program", ",".join(map(str, files))),
            *(str(WEB_PROCESSES), str(WEB_THREADS)),
        ),
        why_not_ready=lambda: why_unhealthy(port),
        why_silent=lambda seconds: why_silent(port, seconds=seconds),
        folder=folder,
        processes=WEB_PROCESSES,
        beside=True,
        files=files,
    )


@contextmanager
def listening(port: int) -> Iterator[list[socket.socket]]:
    """In the block, the sockets that every generation of the web server inherits: no connection that waits gets lost.

    On Linux there is one for each process, and the kernel shares connections out among them; elsewhere one for all.
    Raises OSError when the port is taken.
    """
    apart = sys.platform == "linux"
    with ExitStack() as stack:
        found = []
        for _ in range(WEB_PROCESSES if apart else 1):
            one = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if apart:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            one.bind((ADDRESS, port))
            found.append(one)
        for one in found:
            one.listen(BACKLOG)
        yield found


def _celery(name: str, *options: str, folder: Path) -> Program:
    celery = (sys.executable, "-m", "VaultPlatform.serving.celery_program", "--quiet", "-A", "NimbusVault")
    return Program(
        name=name, command=(*celery, name, "--loglevel", "WARNING", *options), folder=folder, processes=1
    )


def why_unhealthy(port: int) -> str | None:
    """What the site's own health page says is wrong, or None when it answers 200."""
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", HEALTH_PATH)
        response = connection.getresponse()
        body = response.read(4096).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"{HEALTH_PATH} cannot be reached ({error})"
    finally:
        connection.close()
    return (
        None
        if response.status == http.HTTPStatus.OK
        else f"{HEALTH_PATH} answers {response.status}: {_shortened(body)}"
    )


def why_silent(port: int, *, seconds: float) -> str | None:
    """What gets no answer in time, or None when anything is answered, or nobody listens.

    It is a connection of its own: which process gets it is chance, so ask again and again.
    """
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=seconds)
    try:
        connection.request("GET", LIVE_PATH)
        connection.getresponse()
    except TimeoutError:
        return f"{LIVE_PATH} has got no answer for {seconds:g} seconds"
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return None


def _shortened(body: str) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body[:500]
