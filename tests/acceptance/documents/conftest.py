"""The test run's own site behind a real server, and a member to ask it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.documents.conftest import blobs, editor, make_member

__all__ = ["blobs", "editor", "make_member", "server"]


@pytest.fixture
def server(django_db_setup: None, tmp_path: Path) -> Iterator[Any]:
    """granian with one worker, serving what this process's settings say."""
    from tests.acceptance.documents.server import Server

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "granian",
        "NimbusVault.wsgi:application",
        "--interface",
        "wsgi",
        "--no-ws",
    ]
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", "4"]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen([*command, *options], stdout=log, stderr=log, env=dict(os.environ))
    try:
        started = Server(pid=process.pid, port=port)
        deadline = time.monotonic() + 60
        while not started.answers():
            alive = process.poll() is None and time.monotonic() < deadline
            assert alive, (tmp_path / "server.log").read_text()
            time.sleep(0.1)
        yield started
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
