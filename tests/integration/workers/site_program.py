"""Run by the tests in a process of its own, as another host would: makes a site, or looks at what its worker did."""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.utils.timezone import now  # noqa: E402

from NimbusVault.celery import app  # noqa: E402
from Orchestrators.WorkerTasks import maintain_organisation, maintain_site  # noqa: E402
from tests.integration.waiting import looked_until  # noqa: E402
from VaultManagement.Users.bll.service import user_service  # noqa: E402
from VaultPlatform import tenancy  # noqa: E402
from VaultPlatform.identity.service import session_service  # noqa: E402

SLUGS = ("acme", "globex")


def prepare() -> None:
    """Two organisations, each with a session that ended long ago."""
    app.control.purge()
    tenancy.migrate_everything(verbosity=0)
    for slug in SLUGS:
        with tenancy.use(tenancy.create_organisation(slug=slug, name="")):
            user = user_service.create(username="ada")
            long_ago = now() - timedelta(days=100)
            session_service.create(user=user, refresh_id="x", expires_at=long_ago)


def send_for_one() -> None:
    """The task of one organisation."""
    organisation = tenancy.get_organisation("acme")
    assert organisation is not None
    with tenancy.use(organisation):
        maintain_organisation.delay()


def send_for_all() -> None:
    """The task that sends the task of each organisation."""
    maintain_site.delay()


def look(wanted: str, seconds: str) -> None:
    """How many sessions each organisation has, once it is as wanted or time is over."""
    as_wanted = json.loads(wanted)
    print(json.dumps(looked_until(_sessions, there=lambda found: found == as_wanted, seconds=float(seconds))))


def _sessions() -> dict[str, int]:
    return {each.slug: session_service.filter().count() for each in tenancy.each_organisation()}


globals()[sys.argv[1]](*sys.argv[2:])
