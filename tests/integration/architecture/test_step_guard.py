"""A database step that reaches out fails in tests; other kinds of step may."""

import importlib.util
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

import pytest

from Orchestrators.ContextManager import context_manager, db_step, external_step
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultPlatform.testing.step_guard import StepGuardError


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


def connects(address):
    with socket.socket() as client:
        client.connect(address)


def writes(address):
    with tempfile.TemporaryFile() as file:
        file.write(b"x")


def starts(address):
    subprocess.run([sys.executable, "-c", ""], check=True)


def reads(address):
    Path(__file__).read_text()


def run_as(kind, work, address):
    @kind
    @context_manager()
    def step(orchestrator):
        work(address)

    run = OrchestratorRegistry.get("main")
    run.add_step(step, None)
    run.execute()


@pytest.mark.parametrize("work", [connects, writes, starts])
def test_a_database_step_that_reaches_out_fails(org, listener, work):
    with pytest.raises(StepGuardError, match="make it an @external_step"):
        run_as(db_step, work, listener)


def test_a_database_step_may_read_a_file(org, listener):
    run_as(db_step, reads, listener)


def test_a_database_step_may_import_a_module_that_is_compiled_and_kept_then(
    org, listener, tmp_path, monkeypatch
):
    module = tmp_path / f"imported_{uuid4().hex}.py"
    module.touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    run_as(db_step, lambda _address: importlib.import_module(module.stem), listener)
    assert Path(importlib.util.cache_from_source(str(module))).exists()


@pytest.mark.parametrize("work", [connects, writes, starts])
@pytest.mark.parametrize("kind", [external_step, lambda step: step])
def test_other_steps_may_reach_out(org, listener, work, kind):
    run_as(kind, work, listener)
