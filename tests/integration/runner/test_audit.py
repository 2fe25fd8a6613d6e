"""The look at known vulnerabilities: what is found fails, and a service that is away is told and does not."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.database_independent
BAD = {
    "id": "OSV-TEST-1",
    "summary": "Made up for a test.",
    "affected": [
        {
            "package": {"name": "left-pad", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
        }
    ],
}


class Database(BaseHTTPRequestHandler):
    """Speaks OSV's protocol; one package is known to be bad."""

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer: dict[str, Any] = {"vulns": [BAD]} if query["package"]["name"] == "left-pad" else {}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Database) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()
        thread.join()


def audited(service: str, folder: Path, *packages: str) -> tuple[int, str]:
    lock = folder / "lock.txt"
    lock.write_text("".join(f"{package}==1.0 --hash=sha256:{'0' * 64}\n" for package in packages))
    command = [sys.executable, "-m", "tests.audit", "--service", service, "--lock", str(lock)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_what_is_known_fails(service: str, tmp_path: Path) -> None:
    code, words = audited(service, tmp_path, "right-pad", "left-pad")
    assert (code, "OSV-TEST-1" in words) == (1, True), words


def test_nothing_known_passes(service: str, tmp_path: Path) -> None:
    code, words = audited(service, tmp_path, "right-pad")
    assert (code, "No known vulnerabilities" in words) == (0, True), words


def test_a_service_that_is_away_is_told_and_passes(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        code, words = audited(f"http://127.0.0.1:{nobody.getsockname()[1]}/", tmp_path, "left-pad")
    assert (code, "pip-audit: LEFT OUT" in words) == (0, True), words
