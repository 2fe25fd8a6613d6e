"""What a write and a read over HTTP cost, on SQLite and, where there is a server, on PostgreSQL.

The vault, a bare site of Django REST framework, and one that is stripped of all that it can do without, in turn. Ratios
count, times do not. The exit code is 1 when one misses its aim.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.server import postgresql_database

#: The least share of the bare site's speed that is good enough: a write is a run as well, in the audit trail, with an
#: event. The stripped site is what REST framework costs at the very least, and is shown beside it.
AIMS = {"POST": 0.45, "GET": 0.5}
ROW = {"title": "A page worth keeping", "target_url": "https://example.com/a/page?with=query"}
ROUTES = {"vault": "/vault/bench/rows", "bare": "/rows", "stripped": "/rows"}


class Site:
    """A site in a process of its own. Parameters: `plugins`, a folder whose plugins are on in place of the usual."""

    def __init__(
        self, kind: str, database: dict[str, Any], home: Path, *, plugins: Path | None = None
    ) -> None:
        self.kind = kind
        home.mkdir()
        command = [sys.executable, "-m", "benchmarks.site", kind, json.dumps(database), str(home)]
        command += [] if plugins is None else [str(plugins)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()

    def ask(self, method: str, suffix: str = "", **options: Any) -> dict[str, Any]:
        """One request; its answer with the seconds it took."""
        assert self.process.stdin is not None
        self.process.stdin.write(
            json.dumps({"method": method, "path": ROUTES[self.kind] + suffix, **options}) + "\n"
        )
        self.process.stdin.flush()
        answer = self._answer()
        if answer["status"] not in (200, 201):
            raise SystemExit(f"The {self.kind} site answered {answer['status']}: {answer['body']}")
        return answer

    def stop(self) -> None:
        """End the process."""
        self.process.communicate(timeout=30)

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"The {self.kind} site ended; what it said is above.")
        return dict(json.loads(line))


def compare(database: dict[str, Any], *, requests: int) -> list[dict[str, Any]]:
    """All sites in turn, request by request; one row a route with medians in milliseconds, ratio and messages."""
    with tempfile.TemporaryDirectory(prefix="vault-bench-") as folder:
        sites = {kind: Site(kind, database, Path(folder) / kind) for kind in ROUTES}
        try:
            rows = [_route(sites, "POST", "", requests, body=ROW)]
            keys = {kind: site.ask("POST", body=ROW)["body"]["id"] for kind, site in sites.items()}
            rows.append(_route(sites, "GET", keys, requests))
        finally:
            for site in sites.values():
                site.stop()
    return rows


def _route(sites: dict[str, Site], method: str, keys: Any, requests: int, **options: Any) -> dict[str, Any]:
    suffixes = {kind: f"/{keys[kind]}" if keys else "" for kind in sites}
    seconds: dict[str, list[float]] = {kind: [] for kind in sites}
    for number in range(-requests // 5, requests):
        for kind, site in sites.items():
            answer = site.ask(method, suffixes[kind], **options)
            if number >= 0:
                seconds[kind].append(answer["seconds"])
    messages = {
        kind: site.ask(method, suffixes[kind], trace=True, **options)["messages"]
        for kind, site in sites.items()
    }
    median = {kind: statistics.median(times) for kind, times in seconds.items()}
    return {
        "route": method,
        "vault_ms": round(median["vault"] * 1000, 3),
        "bare_ms": round(median["bare"] * 1000, 3),
        "ratio": round(median["bare"] / median["vault"], 3),
        "stripped_ms": round(median["stripped"] * 1000, 3),
        "stripped_ratio": round(median["stripped"] / median["vault"], 3),
        "vault_messages": messages["vault"],
        "bare_messages": messages["bare"],
    }


def main() -> int:
    """Run it; 1 when an aim is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    parser.add_argument(
        "--requests", type=int, default=400, help="requests per site and route (default: 400)"
    )
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    options = parser.parse_args()
    results = {"sqlite": compare({"engine": "sqlite"}, requests=options.requests)}
    with postgresql_database() as database:
        if database is not None:
            results["postgresql"] = compare(database, requests=options.requests)
    if options.json:
        print(json.dumps(results, indent=2))
    else:
        _print_table(results)
    # The aims are PostgreSQL's: SQLite's bare write is a function call, and there is no round trip to save.
    judged = [row for rows in results.values() for row in rows if results.get("postgresql") in (rows, None)]
    return int(any(row["ratio"] < AIMS[row["route"]] for row in judged))


def _print_table(results: dict[str, list[dict[str, Any]]]) -> None:
    columns = f"{'vault ms':>10}{'bare ms':>10}{'ratio':>8}{'stripped ms':>13}{'ratio':>8}"
    print(f"{'database':12}{'route':8}{columns}  messages to the server")
    for database, rows in results.items():
        for row in rows:
            counts = (
                ""
                if row["vault_messages"] is None
                else f"{row['vault_messages']} (bare: {row['bare_messages']})"
            )
            times = f"{row['vault_ms']:>10}{row['bare_ms']:>10}{row['ratio']:>8}"
            times += f"{row['stripped_ms']:>13}{row['stripped_ratio']:>8}"
            aim = f"  aim {AIMS[row['route']]}" if database == "postgresql" else ""
            print(f"{database:12}{row['route']:8}{times}  {counts}{aim}")
    if "postgresql" not in results:
        print("PostgreSQL was left out: no server answers at VAULT_TEST_POSTGRES_URL or on the usual port.")


if __name__ == "__main__":
    sys.exit(main())
