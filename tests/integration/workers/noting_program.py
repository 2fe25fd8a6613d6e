"""Run by the tests in a process of its own: makes a site with several organisations, sends their tasks, and looks."""

import json
import sys

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402

from NimbusVault.celery import app  # noqa: E402
from tests.integration.waiting import looked_until  # noqa: E402
from tests.integration.workers.noting import note  # noqa: E402
from tests.integration.workers.sizes import EACH, SLUGS  # noqa: E402
from VaultPlatform import tenancy  # noqa: E402
from VaultPlatform.tenancy.fingerprint import code_fingerprint  # noqa: E402
from VaultPlatform.tenancy.service import organisation_service  # noqa: E402


def prepare() -> None:
    app.control.purge()
    tenancy.migrate_everything(verbosity=0)
    for slug in SLUGS:
        tenancy.create_organisation(slug=slug)


def send() -> None:
    """Tasks of all organisations in turn, a fifth of which fail at first."""
    for number in range(EACH):
        for organisation in tenancy.list_organisations():
            with tenancy.use(organisation):
                note.delay(f"{organisation.key}-{number}", fails=number % 5 == 0)


def rename() -> None:
    """Two organisations change their names with one another."""
    for old, new in (("acme", "meanwhile"), ("globex", "acme"), ("meanwhile", "globex")):
        tenancy.rename_organisation(old, new_slug=new)


def close() -> None:
    _mark("")


def reopen() -> None:
    _mark(code_fingerprint())


def _mark(schema: str) -> None:
    for row in organisation_service.filter():
        organisation_service.update(row, schema=schema)


def look(wanted: str, seconds: str) -> None:
    """Of each organisation: how many rows are its own, and which are not; once it is as wanted or time is over."""
    as_wanted = json.loads(wanted)
    print(json.dumps(looked_until(_rows, there=lambda found: found == as_wanted, seconds=float(seconds))))


def _rows() -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for organisation in tenancy.each_organisation():
        names = list(Group.objects.values_list("name", flat=True))
        own = [name for name in names if name.startswith(f"{organisation.key}-")]
        found[organisation.slug] = [len(own), sorted(set(names) - set(own))]
    return found


globals()[sys.argv[1]](*sys.argv[2:])
