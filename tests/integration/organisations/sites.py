"""Another site beside the one under test, empty at first: a folder of state and, on PostgreSQL, its own database."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.site import DATABASE, REPOSITORY, server_database
from VaultPlatform.config import load_environment


@dataclass(frozen=True, kw_only=True)
class Site:
    """A site that is spoken to in processes of its own."""

    home: Path
    settings: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "VAULT_HOME": str(self.home), "VAULT_SETTINGS": str(self.settings)}

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.run("manage.py", *arguments, **environment)

    def commands(self, *commands: Sequence[str]) -> None:
        """Run several management commands, which have to succeed, in one process."""
        done = self.run("-m", "tests.integration.commands", json.dumps(commands))
        assert done.returncode == 0, done.stderr

    def ask(self, question: str, *arguments: str) -> Any:
        """What a function of `inside_a_site` returns in that site."""
        script = REPOSITORY / "tests" / "integration" / "organisations" / "inside_a_site.py"
        done = self.run(str(script), question, *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=REPOSITORY,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )


@contextmanager
def another_site(folder: Path, *, engine: str = DATABASE) -> Iterator[Site]:
    """An empty site with the settings of the one under test, on `engine`."""
    home = folder / f"home-{uuid4().hex[:6]}"
    settings = json.loads(load_environment().settings.read_text())
    settings["Base"]["allowed_hosts"] = ["testserver"]
    name = f"vault_test_{os.getpid()}_{uuid4().hex[:6]}"
    if engine == "sqlite":
        settings["Database"] = {"engine": "sqlite"}
    else:
        settings["Database"] |= {"name": name}
    file = folder / f"{home.name}.json"
    file.write_text(json.dumps(settings))
    with nullcontext() if engine == "sqlite" else server_database(name):
        yield Site(home=home, settings=file)
