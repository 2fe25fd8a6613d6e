"""A copy of the project with the plugin of `plugin/` typed in, and the site that runs from it as processes of its own.

The plugin has the shape of the plugin guide's: its files, its signatures, an orchestrator outside of its folder. The
copy lacks our own Bookmarks_Plugin, so whatever else needs it would fail here.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.site import DATABASE, REPOSITORY, _database_section, server_database
from VaultPlatform.serving import keeper

PASSWORD = "a long enough password 42"
#: As in the guide, others of which there is no folder stand before ours.
LISTED = ["LLM_Plugin", "Nimbus_Plugin", "Citations_Plugin"]
_IMPORT = "from Orchestrators.CitationsOrchestrators.CitationsOrchestrator import CitationsOrchestrator\n"
_REGISTER = '    OrchestratorRegistry.register("citations", CitationsOrchestrator)\n'
_LEFT_OUT = shutil.ignore_patterns(
    ".*", "var", "__pycache__", "node_modules", "Activity_Plugin", "Bookmarks_Plugin"
)


@dataclass(frozen=True, kw_only=True)
class Tree:
    """The copy and its folder of state."""

    folder: Path
    home: Path
    #: The Database section of the settings file; empty for the default, so that the file is nothing but `Base`.
    database: dict[str, Any]

    def type_in(self) -> None:
        """Copy project and plugin."""
        shutil.copytree(REPOSITORY, self.folder, ignore=_LEFT_OUT)
        plugin = Path(__file__).parent / "plugin"
        shutil.copytree(plugin, self.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))

    def register(self, *, at_top: bool) -> None:
        """Add the plugin's line, with its import at the top of the file or inside the function."""
        file = self.folder / "Orchestrators" / "RegisterOrchestrator.py"
        text = file.read_text().rstrip("\n") + "\n"
        if at_top:
            first = text.index("from Orchestrators")
            text = text[:first] + _IMPORT + text[first:] + _REGISTER
        else:
            text += f"    {_IMPORT}{_REGISTER}"
        file.write_text(text)

    def activate(self, *plugins: str) -> None:
        """Write the settings file."""
        settings: dict[str, Any] = {"Base": {"active_plugins": plugins}}
        if self.database:
            settings["Database"] = self.database
        (self.folder / "VaultSettings.json").write_text(json.dumps(settings))

    def manage(self, *arguments: str) -> str:
        """Run a management command, which has to succeed, and return what it printed."""
        return self._run("manage.py", *arguments)

    def make(self, *organisations: str) -> None:
        """Make the databases, and organisations with the administrator "ada"."""
        ada = ("--admin", "ada", "--password", PASSWORD)
        commands = (("migrate", "--verbosity", "0"), *(("create_org", each, *ada) for each in organisations))
        self._run("-m", "tests.integration.commands", json.dumps(commands))

    def _run(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def served(self) -> Iterator["Site"]:
        """The site, up while the block runs."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        command = (
            sys.executable,
            "-m",
            "granian",
            "NimbusVault.wsgi:application",
            "--interface",
            "wsgi",
            "--no-ws",
        )
        options = ("--port", str(port), "--workers", "1", "--blocking-threads", "4")
        log = self.home / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                keeper.command_line((*command, *options), grace_seconds=10),
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
            )
        try:
            site = Site(address=f"http://127.0.0.1:{port}/vault")
            site.wait_for(process, log)
            yield site
        finally:
            process.communicate(timeout=30)  # closes its standard input, which ends it

    def _environment(self) -> dict[str, str]:
        foreign = (
            "VAULT_HOME",
            "VAULT_SETTINGS",
            "VAULT_PORT",
            "VAULT_ADMIN_PASSWORD",
            "DJANGO_SETTINGS_MODULE",
        )
        kept = {name: value for name, value in os.environ.items() if name not in foreign}
        return {**kept, "VAULT_HOME": str(self.home)}


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running site, asked over HTTP."""

    #: With the /vault.
    address: str

    def wait_for(self, process: subprocess.Popen[bytes], log: Path) -> None:
        """Return once the site says that it lives."""
        deadline = time.monotonic() + 60
        while not self._lives():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)

    def sign_in(self, org: str) -> "Person":
        """The administrator of an organisation."""
        body = {"username": "ada", "password": PASSWORD}
        answer = requests.post(f"{self.address}/auth/token", json=body, headers={"Org": org}, timeout=30)
        assert answer.status_code == 200, answer.text
        headers = {"Org": org, "Authorization": f"JWT {answer.json()['access']}"}
        return Person(address=self.address, headers=headers)

    def _lives(self) -> bool:
        try:
            return requests.get(f"{self.address}/health/live", timeout=5).status_code == 200
        except requests.RequestException:
            return False


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who is signed in to one organisation."""

    address: str
    headers: dict[str, str]

    def get(self, path: str) -> requests.Response:
        """The answer to a GET."""
        return requests.get(f"{self.address}{path}", headers=self.headers, timeout=30)

    def post(self, path: str, body: Any = None, **more: Any) -> requests.Response:
        """The answer to a POST of JSON, or of the `files` given."""
        return requests.post(f"{self.address}{path}", json=body, headers=self.headers, timeout=30, **more)

    def record(self, source_url: str, quote: str = "a quote") -> requests.Response:
        """The answer to recording a citation."""
        return self.post("/citations/record", {"source_url": source_url, "quote": quote})

    def quotes(self) -> list[str]:
        """The quotes of the citations that there are."""
        return [citation["quote"] for citation in self.get("/citations").json()]

    def upload(self) -> str:
        """The id of a new document."""
        answer = self.post("/documents", files={"file": ("a.pdf", b"%PDF-1.7", "application/pdf")})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@contextmanager
def database_section(name: str) -> Iterator[dict[str, Any]]:
    """The Database section for a database of its own on PostgreSQL; an empty one for SQLite."""
    if DATABASE == "sqlite":
        yield {}
        return
    with server_database(name):
        yield {**_database_section(), "name": name}
