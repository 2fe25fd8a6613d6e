"""What is tidied up every night: deleted organisations, ended sessions, abandoned uploads, past failed sign-ins."""

from datetime import timedelta

from celery import shared_task
from django.utils.timezone import now

from Orchestrators.WorkerTasks.OrganisationTask import SiteTask
from Orchestrators.WorkerTasks.Schedules import send_to_each
from VaultManagement.Documents.bll.GetApisbll import referenced_blobs
from VaultPlatform import tenancy
from VaultPlatform.audit import anchors as audit_anchors
from VaultPlatform.audit import use_actor
from VaultPlatform.identity import signing
from VaultPlatform.identity.lockout import window_start
from VaultPlatform.identity.service import (
    api_key_service,
    session_service,
    sign_in_failure_service,
    sign_in_start_service,
)
from VaultPlatform.runs.handling import forget_ended
from VaultPlatform.runs.planes import Plane, current_plane
from VaultPlatform.storage import blob_storage

#: An ended session or API key is kept so long, for whoever looks into a misuse of it.
SESSIONS_KEPT = timedelta(days=30)
#: An upload that nothing refers to is taken for abandoned after so long.
UPLOADS_KEPT = timedelta(hours=24)


@shared_task(name="vault.maintain_site", base=SiteTask)
def maintain_site() -> int:
    """Tidy up the site, then send `maintain_organisation` for each active organisation.

    Past failed sign-ins are forgotten, and organisations whose grace period is over are removed; one that cannot be is
    logged, and tried again the next night. Returns how many active organisations there are.
    """
    sign_in_failure_service.bulk_delete({"since__lte": window_start()})
    forget_ended(Plane(organisation=None))
    signing.remove_expired()
    with use_actor("system", name="maintenance"):
        tenancy.purge_organisations()
    return int(send_to_each(maintain_organisation.name))


@shared_task(name="vault.maintain_organisation")
def maintain_organisation() -> dict[str, int]:
    """Remove past runs, sessions and API keys, and abandoned uploads, of the current organisation; how many of each.

    And have the site's memory of its audit chain catch up, where a process died before it could.
    """
    audit_anchors.follow()
    sign_in_start_service.bulk_delete({"expires_at__lt": now()})
    return {
        "runs": forget_ended(current_plane()),
        "api_keys": api_key_service.bulk_delete({"expires_at__lt": now() - SESSIONS_KEPT}),
        "sessions": session_service.bulk_delete({"expires_at__lt": now() - SESSIONS_KEPT}),
        "uploads": blob_storage().sweep(older_than=UPLOADS_KEPT, referenced=referenced_blobs),
    }
