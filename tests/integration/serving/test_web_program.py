"""The web server's generations take connections over from one another."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.integration.serving.processes import wait_until
from tests.integration.serving.test_site import free_port
from VaultPlatform.serving.generations import VARIABLE, Generation
from VaultPlatform.serving.programs import listening

pytestmark = pytest.mark.database_independent

ROOT = Path(__file__).parents[3]
#: So many that both generations get some of them while both listen.
CONNECTIONS = 24


@contextmanager
def serving(folder: Path, files: str) -> Iterator[tuple[Generation, subprocess.Popen[bytes]]]:
    """A generation of two processes, once both have loaded."""
    generation = Generation(folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.serving.tiny_web", files],
        cwd=ROOT,
        env={**os.environ, VARIABLE: str(folder)},
        pass_fds=[int(each) for each in files.split(",")],
    )
    try:
        wait_until(lambda: len(generation.reports()) == 2, seconds=60, what="both processes have loaded")
        yield generation, process
    finally:
        process.terminate()  # its own processes end with it
        process.wait(timeout=30)


def connected(port: int, stack: ExitStack) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    stack.callback(connection.close)
    connection.connect()
    return connection


def answer(connection: http.client.HTTPConnection) -> str:
    connection.request("GET", "/")
    return connection.getresponse().read().decode()


def test_connections_that_begin_while_one_generation_leaves_are_the_other_ones(
    tmp_path: Path,
) -> None:
    """Also those on which nothing is sent before it has ended."""
    port = free_port()
    with ExitStack() as stack:
        sockets = stack.enter_context(listening(port))
        files = ",".join(str(each.fileno()) for each in sockets)
        leaving, old = stack.enter_context(serving(tmp_path / "old", files))
        stack.enter_context(serving(tmp_path / "new", files))
        before = {answer(connected(port, stack)) for _ in range(CONNECTIONS)}
        assert before == {"old", "new"}

        leaving.leave()
        time.sleep(1)
        opened = [connected(port, stack) for _ in range(CONNECTIONS)]
        old.terminate()
        assert old.wait(timeout=30) == 0
        assert {answer(each) for each in opened} == {"new"}
