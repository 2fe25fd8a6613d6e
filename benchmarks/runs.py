"""What it costs that a run survives its process: `python -m benchmarks.runs`, on PostgreSQL and on SQLite.

In one process and in turn, one after the other: three rows written in a bare `transaction.atomic()`, in a run of three
database steps, and three external steps that do nothing; and on PostgreSQL the same two by DBOS Transact (three steps;
three transactions that happen exactly once). Ratios count, times do not. The exit code is 1 when an aim is missed.

What the machine leaves room for stands beside the ratios to DBOS: that of the bare transaction, which no run can beat,
and that of a journal in bare SQL with as many commits as ours, with nothing around it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.server import postgresql_database

#: Median of a run of database steps to that of the bare transaction, at most; medians of DBOS to ours, at least.
AIMS = {"bare": 1.25, "external": 5.0, "exactly_once": 12.0}


def main() -> int:
    """Run it; 1 when an aim is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.runs", description=__doc__)
    parser.add_argument("--rounds", type=int, default=300, help="of each kind (default: 300)")
    parser.add_argument("--json", action="store_true", help="print the medians, in milliseconds, as JSON")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(json.loads(options.measure), options.rounds)))
        return 0
    results = {"sqlite": in_a_process_of_its_own({"engine": "sqlite"}, options.rounds)}
    with postgresql_database() as database:
        if database is not None:
            results["postgresql"] = in_a_process_of_its_own(database, options.rounds)
    if options.json:
        print(json.dumps(results, indent=2))
        return 0
    return report(results)


def in_a_process_of_its_own(database: dict[str, Any], rounds: int) -> dict[str, float]:
    """Medians in milliseconds by kind."""
    with tempfile.TemporaryDirectory(prefix="vault-bench-") as folder:
        settings = Path(folder) / "VaultSettings.json"
        settings.write_text(json.dumps({"Base": {"active_plugins": []}, "Database": database}))
        environment = {**os.environ, "VAULT_HOME": folder, "VAULT_SETTINGS": str(settings)}
        environment["DJANGO_SETTINGS_MODULE"] = "NimbusVault.settings"
        command = [
            sys.executable,
            "-m",
            "benchmarks.runs",
            "--rounds",
            str(rounds),
            "--measure",
            json.dumps(database),
        ]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(database: dict[str, Any], rounds: int) -> dict[str, float]:
    """All kinds in turn; medians in milliseconds."""
    stay_on_one_processor()
    import django

    django.setup()
    from VaultPlatform import tenancy

    tenancy.migrate_everything(verbosity=0)
    peers = (
        {**dbos_kinds(database), "sql": bare_journal(database)} if database["engine"] == "postgresql" else {}
    )
    with tenancy.use(tenancy.create_organisation(slug="bench")):
        kinds = {**vault_kinds(), **peers}
        seconds: dict[str, list[float]] = {name: [] for name in kinds}
        for number in range(-rounds // 5, rounds):
            for name, call in kinds.items():
                before = time.perf_counter()
                call()
                if number >= 0:
                    seconds[name].append(time.perf_counter() - before)
    return {name: statistics.median(times) * 1000 for name, times in seconds.items()}


def stay_on_one_processor() -> None:
    """Leave the others to the server, as if it were a machine of its own.

    Else the scheduler settles, anew for each process, whether client and server share a processor and its caches: a
    third of some of these times, and other ratios.
    """
    if hasattr(os, "sched_setaffinity") and len(usable := os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, {max(usable)})


def vault_kinds() -> dict[str, Callable[[], Any]]:
    """The bare transaction, and runs."""
    from uuid import uuid4

    from django.db import transaction

    from benchmarks.run_steps import nothing, save
    from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
    from VaultManagement.Groups.bll.service import group_service

    def bare() -> None:
        with transaction.atomic():
            for _ in range(3):
                group_service.create(name=str(uuid4()))

    def of(step: Any) -> Callable[[], None]:
        def run() -> None:
            main = OrchestratorRegistry.get("main")
            for _ in range(3):
                main.add_step(step, None, str(uuid4()))
            main.execute()

        return run

    return {"bare": bare, "run": of(save), "external": of(nothing)}


def bare_journal(database: dict[str, Any]) -> Callable[[], None]:
    """Three external steps written down in four commits, as one can in SQL without any framework."""
    from uuid import uuid4

    import psycopg

    connection = psycopg.connect(
        host=database["host"],
        port=database["port"],
        user=database["user"],
        dbname=database["name"],
        password=os.environ["VAULT_BENCH_PASSWORD"] or None,
        autocommit=True,
    )
    connection.execute("CREATE TABLE bare_journal (id uuid PRIMARY KEY, epoch int, steps jsonb)")
    cursor, steps = psycopg.ClientCursor(connection), json.dumps([{"name": "nothing", "state": "done"}] * 3)

    def run() -> None:
        identity = uuid4()
        cursor.execute("INSERT INTO bare_journal VALUES (%s, 0, %s)", (identity, steps))
        for epoch in range(3):
            cursor.execute(
                "UPDATE bare_journal SET epoch = epoch + 1, steps = %s WHERE id = %s AND epoch = %s",
                (steps, identity, epoch),
            )

    return run


def dbos_kinds(database: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    """The same by DBOS Transact, on the same server."""
    from uuid import uuid4

    import sqlalchemy
    from dbos import DBOS, SQLAlchemyDatasource

    url = f"postgresql+psycopg://{database['user']}@{database['host']}:{database['port']}/{database['name']}"
    DBOS(
        config={
            "name": "bench",
            "system_database_url": url,
            "log_level": "ERROR",
            "run_admin_server": False,
        }
    )

    @DBOS.step()
    def step() -> None:
        return None

    @DBOS.workflow()
    def three_steps() -> None:
        for _ in range(3):
            step()

    source = SQLAlchemyDatasource.create(url)

    @source.transaction(isolation_level="READ COMMITTED")
    def write(name: str) -> None:
        source.sql_session().execute(
            sqlalchemy.text("INSERT INTO dbos_rows (name) VALUES (:name)"), {"name": name}
        )

    @DBOS.workflow()
    def three_writes() -> None:
        for _ in range(3):
            write(str(uuid4()))

    DBOS.launch()
    with sqlalchemy.create_engine(url).begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE IF NOT EXISTS dbos_rows (id serial, name text)"))
    return {"dbos_external": three_steps, "dbos_exactly_once": three_writes}


def report(results: dict[str, dict[str, float]]) -> int:
    """Print medians and ratios; 1 when an aim is missed."""
    missed = 0
    for database, found in results.items():
        print(database, *(f"{name} {median:.3f} ms" for name, median in found.items()), sep="  ")
        ratios, room = {"bare": found["run"] / found["bare"]}, {}
        if "dbos_external" in found:
            ratios["external"] = found["dbos_external"] / found["external"]
            room["external"] = found["dbos_external"] / found["sql"]
            ratios["exactly_once"] = found["dbos_exactly_once"] / found["run"]
            room["exactly_once"] = found["dbos_exactly_once"] / found["bare"]
        for name, ratio in ratios.items():
            good = ratio <= AIMS[name] if name == "bare" else ratio >= AIMS[name]
            missed += not good and database == "postgresql"
            at_most = f", room for {room[name]:.2f}" if name in room else ""
            print(f"  {name}: {ratio:.2f} (aim {AIMS[name]}{at_most}){'' if good else '  MISSED'}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
