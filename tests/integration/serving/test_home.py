"""What is refused before anything starts: a folder that is in use, a folder that cannot be, a port that is taken."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.serving.dummy_site import ROOT
from VaultPlatform.serving.home import CannotStart, only_one_in, require_free_port

pytestmark = pytest.mark.database_independent

HOLDER = """
import sys, time, pathlib
from VaultPlatform.serving.home import only_one_in
with only_one_in(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holder_of(home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, str(home)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_folder_is_made(tmp_path: Path) -> None:
    with only_one_in(tmp_path / "a" / "b"):
        assert (tmp_path / "a" / "b").is_dir()


def test_a_second_process_on_the_same_folder_is_refused_and_the_first_is_named(tmp_path: Path) -> None:
    with holder_of(tmp_path) as process:
        told = rf"already runs on the data in .* \(process {process.pid}\)"
        with pytest.raises(CannotStart, match=told), only_one_in(tmp_path):
            pytest.fail("held by two")
        process.kill()


def test_a_killed_holder_leaves_the_folder_free(tmp_path: Path) -> None:
    with holder_of(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
    with only_one_in(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_refused_with_the_variable_to_set(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match="VAULT_HOME"), only_one_in(tmp_path / "file" / "home"):
        pytest.fail("made below a file")


def test_a_taken_port_is_refused_with_another_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {port} .* VAULT_PORT={port + 1}"):
            require_free_port("127.0.0.1", port)


def test_a_port_is_free_again_at_once_after_its_server_ended() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        address = server.getsockname()
        client = socket.create_connection(address)
        connection, _ = server.accept()
        connection.close()  # the server's side closes first and lingers in TIME_WAIT
        client.close()
    require_free_port(*address)
