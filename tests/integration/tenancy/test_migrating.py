"""`migrate_orgs` over many organisations: several at a time, killed half-way, run twice at once, told as JSON."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from tests.integration.tenancy.test_commands import MISSING, applied, outside, run, unapply
from tests.site import DATABASE, REPOSITORY
from VaultPlatform import tenancy
from VaultPlatform.tenancy import use
from VaultPlatform.tenancy.fingerprint import UNKNOWN, code_fingerprint
from VaultPlatform.tenancy.names import file_of, schema_of
from VaultPlatform.tenancy.parallel import for_each
from VaultPlatform.tenancy.service import organisation_service

PATIENCE = 60.0
__all__ = ["outside"]  # a fixture


@pytest.fixture
def behind(make_org, outside):
    """Four organisations that lack a migration, in the order in which they are migrated."""
    made = [make_org(slug=f"behind-{letter}") for letter in "abcd"]
    for organisation in made:
        with use(organisation):
            unapply(*MISSING)
    return made


def schemas(organisations):
    """What the organisations' rows say of their databases, past what this process remembers."""
    connections["control"].close()
    return [organisation_service.get(key=organisation.key).schema for organisation in organisations]


def until(condition):
    """Wait for what another process is about to do."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


@contextmanager
def nobody_writes_to(organisation):
    """Hold the organisation's database, so that its migration waits."""
    if DATABASE == "sqlite":
        file = file_of(organisation, Path(connection.settings_dict["NAME"]))
        with closing(sqlite3.connect(file, isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            yield
        return
    with psycopg.connect(server()) as holder:
        holder.execute(f"LOCK TABLE {schema_of(organisation)}.django_migrations IN SHARE MODE")
        yield


def server():
    wanted = connection.settings_dict
    parts = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return psycopg.conninfo.make_conninfo(**{name: wanted[key] for name, key in parts.items() if wanted[key]})


@contextmanager
def migrating(*options):
    """`migrate_orgs` in a process of its own, which is killed when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "migrate_orgs", *options],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


def lines_until(process, words):
    seen = []
    for line in process.stdout:
        seen.append(line)
        if words in line:
            return seen
    raise AssertionError(f"{words!r} was never said: {seen}")


def test_a_run_that_is_killed_is_resumed_by_the_next(behind):
    third = behind[2]
    with nobody_writes_to(third), migrating("--jobs", "1") as process:
        lines_until(process, f"organisation {third.slug} ")
        until(lambda: schemas([third]) == [UNKNOWN])
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert schemas(behind) == [code_fingerprint(), code_fingerprint(), UNKNOWN, code_fingerprint()]
    assert [applied(organisation) for organisation in behind] == [True, True, False, False]
    said = run("migrate_orgs", "--json")
    done = json.loads(said)["organisations"]
    assert [done[organisation.slug] for organisation in behind] == [
        "up to date",
        "up to date",
        "migrated",
        "migrated",
    ]
    assert all(map(applied, behind))
    assert schemas(behind) == [code_fingerprint()] * 4


def test_one_that_waits_does_not_stop_the_others(behind):
    with nobody_writes_to(behind[0]), migrating("--jobs", "2") as process:
        until(lambda: [applied(organisation) for organisation in behind] == [False, True, True, True])
        process.send_signal(signal.SIGKILL)
        assert "FAILED" not in process.stdout.read()


def test_a_second_run_at_once_says_that_it_waits_and_then_finds_nothing_to_do(behind):
    with nobody_writes_to(behind[0]), migrating("--jobs", "1") as process:
        lines_until(process, f"organisation {behind[0].slug} ")
        with migrating("--jobs", "1") as second:
            assert second.stdout.readline().startswith("Another process is migrating")
            process.send_signal(signal.SIGKILL)
            process.wait()
            lines_until(second, f"organisation {behind[0].slug} ")


def test_several_at_a_time_do_all_and_tell_each(behind):
    said = run("migrate_orgs", "--jobs", "3")
    for organisation in behind:
        assert applied(organisation)
        told = [line.split(": ")[1] for line in said.splitlines() if f" {organisation.slug} " in line]
        assert told == ["migrating", "migrated"]
    assert schemas(behind) == [code_fingerprint()] * 4


def test_what_each_migration_tells_stays_together(behind):
    said = run("migrate_orgs", "--jobs", "4", "--verbosity", "2")
    assert said.count(f"  Applying {MISSING[0]}.{MISSING[1]}... OK") == 4


def test_failures_are_named_the_others_done_and_the_exit_is_not_zero(behind):
    broken, *well = behind
    with use(broken):
        unapply("auth", "0001_initial")  # its successors are recorded: an inconsistent history
    out, progress = open_text(), open_text()
    with pytest.raises(CommandError, match=f"Not migrated: {broken.slug}"):
        call_command("migrate_orgs", "--json", "--jobs", "2", stdout=out, stderr=progress)
    told = json.loads(out.getvalue())
    assert list(told["failed"]) == [broken.slug]
    assert "InconsistentMigrationHistory" in told["failed"][broken.slug]
    assert {organisation.slug: "migrated" for organisation in well}.items() <= told["organisations"].items()
    assert broken.slug not in told["organisations"]
    assert "migrating" in progress.getvalue()


def open_text():
    import io

    return io.StringIO()


def test_the_number_of_jobs_is_checked(outside):
    with pytest.raises(CommandError, match="1 or more"):
        run("migrate_orgs", "--jobs", "0")


def test_what_a_worker_raises_is_raised_and_stops_the_rest(outside):
    begun, enough = [], threading.Event()

    def work(number):
        begun.append(number)
        enough.wait(0.2)
        if number == 0:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        for_each(range(100), work, jobs=2)
    assert len(begun) < 100


def test_its_threads_leave_no_connection(behind):
    connections.close_all()
    assert tenancy.migrate_organisations(verbosity=0, jobs=3).complaint() is None
    if DATABASE == "sqlite":
        links = {str(entry.resolve()) for entry in Path("/proc/self/fd").iterdir()}
        files = {str(file_of(o, Path(connection.settings_dict["NAME"])).resolve()) for o in behind}
        assert not links & files
        return
    with psycopg.connect(server()) as observer:
        sessions = observer.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        ).fetchone()[0]
    assert sessions <= 2  # this thread's own
