"""What plugins cost a site: `python -m benchmarks.host`, on SQLite, with plugins that are made for it.

A hook with ten implementations against bare pluggy with the same ten; `manage.py check` with twenty plugins, the start
with a hundred, and a route of the core beside those hundred, each against a site without plugins. Both sides of a ratio
are measured in turn, by the processor's clock, since a busy machine blurs that of the wall. Options: `--rounds N`,
`--json`. The exit code is 1 when an aim is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.made_plugins import write_plugins
from benchmarks.web import Site

#: Ratios, at most.
AIMS = {"hooks": 2.5, "check": 1.3, "start": 2.5, "request": 1.1}
PATH = "/vault/documents"
REQUESTS = 40
START = "import django; django.setup(); import NimbusVault.wsgi"
REPOSITORY = Path(__file__).resolve().parents[1]


class Processes:
    """Starts programs of one site, with the plugins of a folder on; counts the processor's seconds that they take."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def output(self, plugins: Path | None, *words: str) -> str:
        """What the program says. Raises CalledProcessError if it fails."""
        return self._started(plugins, *words).stdout

    def seconds(self, plugins: Path | None, *words: str) -> float:
        """What the program takes of the processor."""
        before = os.times()
        self._started(plugins, *words)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    def _started(self, plugins: Path | None, *words: str) -> subprocess.CompletedProcess[str]:
        settings = self.home / f"{plugins.name if plugins else 'none'}.json"
        names = sorted(folder.name for folder in plugins.glob("*_Plugin")) if plugins else []
        base = {"active_plugins": names, "plugin_errors": "refuse"}
        base |= {"plugin_dirs": [str(plugins)]} if plugins else {}
        settings.write_text(json.dumps({"Base": base, "Database": {"engine": "sqlite"}}))
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"VAULT_HOME": str(self.home / "var"), "VAULT_SETTINGS": str(settings)}
        environment["DJANGO_SETTINGS_MODULE"] = "NimbusVault.settings"
        return subprocess.run(
            [sys.executable, *words],
            cwd=REPOSITORY,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )


def measure(folder: Path, *, rounds: int) -> dict[str, dict[str, float]]:
    """All four; of each ours, theirs and their ratio."""
    processes = Processes(folder)
    ten = write_plugins(folder / "ten", 10, hooks=1, routes=False)
    twenty = write_plugins(folder / "twenty", 20, hooks=1, routes=False)
    hundred = write_plugins(folder / "hundred", 100)
    hooks = json.loads(processes.output(ten, "-m", "benchmarks.hook_calls", str(rounds)).splitlines()[-1])
    return {
        "hooks": hooks,
        "check": _compared(
            rounds, lambda plugins: processes.seconds(plugins, "manage.py", "check"), with_plugins=twenty
        ),
        "start": _compared(
            rounds, lambda plugins: processes.seconds(plugins, "-c", START), with_plugins=hundred
        ),
        "request": _requests(folder, hundred, rounds),
    }


def _requests(folder: Path, plugins: Path, rounds: int) -> dict[str, float]:
    """GET of a core route, on a site with the plugins and on one with none."""
    none = write_plugins(folder / "empty", 0)
    sites = {
        of: Site("vault", {"engine": "sqlite"}, folder / f"site-{of.name}", plugins=of)
        for of in (plugins, none)
    }
    try:

        def taken(of: Path | None) -> float:
            asked = (sites[of or none].ask("GET", path=PATH)["computed"] for _ in range(REQUESTS))
            return statistics.median(asked)

        return _compared(rounds, taken, with_plugins=plugins)
    finally:
        for site in sites.values():
            site.stop()


def _compared(rounds: int, take: Callable[[Path | None], float], *, with_plugins: Path) -> dict[str, float]:
    """Medians in milliseconds; the first of each is not counted."""
    pairs = [(take(with_plugins), take(None)) for _ in range(rounds + 1)][1:]
    return {
        "ours": statistics.median(ours for ours, _ in pairs) * 1000,
        "theirs": statistics.median(theirs for _, theirs in pairs) * 1000,
        "ratio": statistics.median(ours / theirs for ours, theirs in pairs),
    }


def report(results: dict[str, Any]) -> int:
    """Print medians and ratios; 1 when an aim is missed."""
    missed = [name for name, found in results.items() if found["ratio"] > AIMS[name]]
    for name, found in results.items():
        unit = "µs" if name == "hooks" else "ms"
        medians = f"{found['ours']:10.2f} {unit} against {found['theirs']:10.2f} {unit}"
        print(
            f"{name:8} {medians}  ratio {found['ratio']:.2f} (aim {AIMS[name]}){'  MISSED' * (name in missed)}"
        )
    return int(bool(missed))


def main() -> int:
    """Run it; 1 when an aim is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.host", description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="of each kind (default: 11)")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vault-bench-") as folder:
        results = measure(Path(folder), rounds=options.rounds)
    if options.json:
        print(json.dumps(results, indent=2))
        return int(any(found["ratio"] > AIMS[name] for name, found in results.items()))
    return report(results)


if __name__ == "__main__":
    sys.exit(main())
