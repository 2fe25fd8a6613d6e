"""Run by a test in a process of its own: makes many organisations and serves them from four threads.

It prints what it held on to, as JSON: sessions of PostgreSQL, open files, and memory.
"""

import json
import os
import resource
import sys
import threading
from pathlib import Path

import django

django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402

from VaultPlatform import tenancy  # noqa: E402

THREADS = 4
settings.ROOT_URLCONF = "tests.integration.tenancy.bleed_urls"
settings.THROTTLE = {"anonymous": None, "principal": None, "organisation": None}
settings.ALLOWED_HOSTS = ["testserver"]


def together(work, items):
    """Call `work` with each item, from all threads; raises the first error."""
    ready, failures = threading.Barrier(THREADS, action=look), []

    def one(share):
        try:
            for item in share:
                work(item)
            ready.wait()
        except BaseException as error:  # noqa: BLE001
            failures.append(error)
            ready.abort()

    threads = [threading.Thread(target=one, args=(items[start::THREADS],)) for start in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def look():
    """Note what is open while all threads still hold what they have opened."""
    found["files"] = max(found["files"], len(list(Path("/proc/self/fd").iterdir())))
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        with psycopg.connect(os.environ["OBSERVER"]) as observer:
            counted = observer.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()
        found["sessions"] = max(found["sessions"], counted[0])


def resident():
    """Bytes of memory that the process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def create(number):
    tenancy.create_organisation(slug=f"many-{number}")


def serve(number, routes=("read", "read_in_transaction")):
    slug = f"many-{number}"
    for route in routes:
        answer = Client().get(f"/vault/bleed/{route}", {"name": slug}, headers={"Org": slug})
        if answer.status_code != 200 or answer.json()["names"] != [slug]:
            found["wrong"].append(f"{slug}: {answer.status_code} {answer.content[:100]!r}")


found = {"files": 0, "sessions": 0, "wrong": []}
count = int(sys.argv[1])
tenancy.migrate_everything(verbosity=0)
connections.close_all()
numbers = list(range(count))


def create_and_serve(number):
    create(number)
    serve(number, ("write", "read"))


together(create_and_serve, numbers[:THREADS])
before = resident()

together(create_and_serve, numbers[THREADS:])
together(serve, numbers)
found["grown"] = resident() - before
found["organisations"] = len(tenancy.list_organisations())
print(json.dumps(found))
