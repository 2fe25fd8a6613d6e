"""Run by the tests in a process of its own, in a site: what the functions below say, by their names."""

import json
import sys
import time
from functools import partial

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from Orchestrators.OrchestratorRegistry import OrchestratorRegistry  # noqa: E402
from Orchestrators.WorkerTasks.Maintenance import maintain_organisation  # noqa: E402
from tests.integration.runs_failures.steps import call_outside, leave_row, leave_row_later  # noqa: E402
from tests.integration.waiting import looked_until  # noqa: E402
from VaultPlatform import tenancy  # noqa: E402
from VaultPlatform.runs.reading import list_deliveries, plane_named, shown_delivery, shown_run  # noqa: E402
from VaultPlatform.runs.service import due_organisation_service, run_service  # noqa: E402

ENDED = ("completed", "compensated")


def tidy() -> None:
    """The nightly task of every organisation."""
    for _ in tenancy.each_organisation():
        maintain_organisation()


def recover(slug: str, seconds: str) -> None:
    """`runs recover` until nothing is left to do in an organisation, or the time is over; prints what is left."""
    plane, deadline = plane_named(slug), time.monotonic() + float(seconds)
    while True:
        with plane.entered():
            runs = [shown_run(row) for row in run_service.filter().exclude(state__in=ENDED)]
            deliveries = [shown_delivery(row) for row in list_deliveries(plane)]
        if not (runs or deliveries) or time.monotonic() > deadline:
            break
        time.sleep(0.5)
        call_command("runs", "recover")
    print(json.dumps({"runs": runs, "deliveries": deliveries}, default=str))


def enqueue(slug: str, name: str, number: str) -> None:
    """So many runs called `name`, and as many tasks, for the workers; prints how long the longest call took."""
    longest = 0.0
    with tenancy.use(tenancy.find_organisation(slug)):
        for each in range(int(number)):
            run = OrchestratorRegistry.get("main")
            run.add_step(leave_row, None, f"{name} run {each}")
            for call in (run.enqueue, partial(leave_row_later.delay, f"{name} task {each}")):
                began = time.monotonic()
                call()
                longest = max(longest, time.monotonic() - began)
    print(longest)


def hasten(slug: str) -> None:
    """What waits in an organisation for its time has waited long enough."""
    organisation = tenancy.find_organisation(slug)
    with tenancy.use(organisation):
        run_service.filter(ended_at__isnull=True, owner__isnull=True).update(next_attempt=now())
    due_organisation_service.filter(organisation=organisation.key).update(due_at=now())


def synced(slug: str, number: str) -> None:
    """How often PostgreSQL waits for its disk over so many runs of each kind; prints it by kind."""
    counted = {}
    with tenancy.use(tenancy.find_organisation(slug)):
        for kind, steps in {"nothing": (), "DDD": (leave_row,) * 3, "EEE": (call_outside,) * 3}.items():
            for count in (1, int(number)):  # the first one makes the process known
                before = _syncs()
                for each in range(count):
                    run = OrchestratorRegistry.get("main")
                    for step, function in enumerate(steps):
                        run.add_step(function, None, f"{kind} {count} {each} {step}")
                    run.execute()
                counted[kind] = _syncs() - before
    print(json.dumps(counted))


def _syncs() -> int:
    with connections["control"].cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
    with connections["control"].cursor() as cursor:
        cursor.execute("SELECT wal_sync FROM pg_stat_wal")
        return int(cursor.fetchone()[0])


def look(slug: str, wanted: str = "[]", seconds: str = "0") -> None:
    """The rows that runs and tasks have left in an organisation, once the wanted ones are there or time is over."""
    names = set(json.loads(wanted))
    with tenancy.use(tenancy.find_organisation(slug)):
        found = looked_until(
            lambda: set(Group.objects.values_list("name", flat=True)),
            there=lambda there: names <= there,
            seconds=float(seconds),
        )
    print(json.dumps(sorted(found)))


globals()[sys.argv[1]](*sys.argv[2:])
