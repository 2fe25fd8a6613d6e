"""Run by a test in a process of its own: makes a site, sends tasks to its organisations, and looks what became of them.

`python -m tests.integration.runs.worker_program prepare|send N|look WANTED SECONDS`.
"""

import json
import sys
from collections import Counter
from typing import Any

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402

from NimbusVault.celery import app  # noqa: E402
from tests.integration.runs.slow_tasks import slowly  # noqa: E402
from tests.integration.waiting import looked_until  # noqa: E402
from VaultPlatform import tenancy  # noqa: E402
from VaultPlatform.runs.service import run_service  # noqa: E402

SLUGS = ("acme", "globex", "initech")


def prepare() -> None:
    """A site with organisations, and an empty queue."""
    app.control.purge()
    tenancy.migrate_everything(verbosity=0)
    for slug in SLUGS:
        tenancy.create_organisation(slug=slug)


def send(number: str) -> None:
    """So many tasks, to the organisations in turn."""
    organisations = tenancy.list_organisations()
    for each in range(int(number)):
        with tenancy.use(organisations[each % len(organisations)]):
            slowly.delay(f"task-{each}")


def look(wanted: str, seconds: str) -> None:
    """How many tasks are in which state, and how many rows they have made, once it is as wanted or time is over."""
    as_wanted = json.loads(wanted)
    print(json.dumps(looked_until(_seen, there=lambda seen: seen == as_wanted, seconds=float(seconds))))


def _seen() -> dict[str, Any]:
    states, rows = Counter[str](), 0
    for _ in tenancy.each_organisation():
        states.update(run_service.filter(name="test.slowly").values_list("state", flat=True))
        rows += Group.objects.count()
    return {"states": states, "rows": rows}


globals()[sys.argv[1]](*sys.argv[2:])
