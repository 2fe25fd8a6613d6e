"""A whole site of a test's own: settings file, state, database; commands and programs run in it as processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.site import server_database
from VaultPlatform.activation.outlook import shown_plugins
from VaultPlatform.keys import prepare_home

REPOSITORY = Path(__file__).resolve().parents[3]
ZOO = REPOSITORY / "tests" / "broken_plugins"
PASSWORD = "correct horse 9 battery"


@dataclass(frozen=True, kw_only=True)
class Site:
    """A site in the folder `home`; `database` is the section Database of its settings.

    `packages` are folders of installed packages, `environment` is what else its processes are told.
    """

    home: Path
    database: dict[str, Any] = field(default_factory=dict)
    packages: tuple[Path, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    def configure(
        self, active: Sequence[str], *, errors: str = "skip", dirs: Sequence[Path] = (ZOO,), **blocks: Any
    ) -> None:
        """Write the settings file."""
        base = {
            "active_plugins": list(active),
            "plugin_dirs": [str(path) for path in dirs],
            "plugin_errors": errors,
        }
        settings = {"Base": base, "Database": self.database or {"engine": "sqlite"}, **blocks}
        (self.home / "VaultSettings.json").write_text(json.dumps(settings))

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run manage.py and wait for it."""
        return self._run(str(REPOSITORY / "manage.py"), *arguments)

    def commands(self, *commands: Sequence[str]) -> None:
        """Run several management commands, which have to succeed, in one process."""
        done = self._run("-m", "tests.integration.commands", json.dumps(commands))
        assert done.returncode == 0, done.stderr

    def plugins(self) -> dict[str, dict[str, Any]]:
        """Return what `plugins list --json` prints, by name; without the command's own process where it can be."""
        if not (self.packages or self.environment):
            home = prepare_home(self.home / "var")
            return {each["name"]: each for each in shown_plugins(self.home / "VaultSettings.json", home=home)}
        listed = self.manage("plugins", "list", "--json")
        assert listed.returncode == 0, listed.stderr
        return {plugin["name"]: plugin for plugin in json.loads(listed.stdout)}

    def probe(self, program: Path, *arguments: str, seconds: int = 100) -> Any:
        """Run a Python program in the site, for so long at most, and return the JSON that it prints last."""
        done = self._run(str(program), *arguments, seconds=seconds)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def migrate_and_create(
        self, *slugs: str, operator: str | None = None, complaint: str | None = None
    ) -> None:
        """Make the databases, organisations, each with the administrator "root", and an operator if one is named.

        Parameters: `complaint`, words of what `migrate` has to complain of; None when all has to be well.
        """
        commands = [["create_org", slug, "--admin", "root", "--password", PASSWORD] for slug in slugs]
        if operator is not None:
            commands.append(["create_operator", operator, "--password", PASSWORD])
        if complaint is None:
            commands.insert(0, ["migrate"])
        else:
            migrated = self.manage("migrate")
            assert migrated.returncode == 1, migrated.stderr
            assert complaint in migrated.stderr
        if commands:
            self.commands(*commands)

    def _run(self, *arguments: str, seconds: int = 100) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, (REPOSITORY, *self.packages))),
            "VAULT_HOME": str(self.home / "var"),
            "VAULT_SETTINGS": str(self.home / "VaultSettings.json"),
            "DJANGO_SETTINGS_MODULE": "NimbusVault.settings",
            **self.environment,
        }
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )


@contextmanager
def made_site(home: Path) -> Iterator[Site]:
    """A site on the database that the test run is for; a server's database is dropped after it."""
    section = json.loads(Path(os.environ["VAULT_SETTINGS"]).read_text())["Database"]
    if section["engine"] == "sqlite":
        yield Site(home=home)
        return
    name = f"vault_test_host_{uuid4().hex[:12]}"
    with server_database(name):
        yield Site(home=home, database={**section, "name": name})
