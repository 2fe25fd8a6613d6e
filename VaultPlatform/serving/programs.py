"""The programs that make up the site, with their command lines and how each shows that it is ready."""

import http
import http.client
import json
import sys
from pathlib import Path

from VaultPlatform.serving.child import Program

ADDRESS = "127.0.0.1"
WEB_PROCESSES = 2
WEB_THREADS = 4
HEALTH_PATH = "/vault/health/ready"
HEALTH_SECONDS = 5.0


def site_programs(*, port: int, folder: Path) -> tuple[Program, ...]:
    """Web, worker (of all queues) and beat; which queues and schedules there are, Celery's settings say.

    Parameters: `port` of the web server on the loopback address; `folder` of manage.py, where all of them run.
    """
    return (
        _web(port=port, folder=folder),
        _celery("worker", "--without-gossip", "--without-mingle", folder=folder),
        _celery("beat", "--pidfile=", folder=folder),
    )


def _web(*, port: int, folder: Path) -> Program:
    return Program(
        name="web",
        command=(
            *(sys.executable, "-m", "granian", "NimbusVault.wsgi:application", "--interface", "wsgi"),
            *("--host", ADDRESS, "--port", str(port), "--no-ws", "--log-level", "warning"),
            *("--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS)),
            "--respawn-failed-workers",
        ),
        why_not_ready=lambda: why_unhealthy(port),
        folder=folder,
    )


def _celery(name: str, *options: str, folder: Path) -> Program:
    celery = (sys.executable, "-m", "VaultPlatform.serving.celery_program", "--quiet", "-A", "NimbusVault")
    return Program(name=name, command=(*celery, name, "--loglevel", "WARNING", *options), folder=folder)


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


def _shortened(body: str) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body[:500]
