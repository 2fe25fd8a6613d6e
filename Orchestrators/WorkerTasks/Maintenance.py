"""What is tidied up every night: ended sessions, abandoned uploads, failed sign-ins of the past."""

from datetime import timedelta

from celery import shared_task
from django.utils.timezone import now

from Orchestrators.WorkerTasks.OrganisationTask import OrganisationTask
from VaultManagement.Documents.bll.GetApisbll import referenced_blobs
from VaultPlatform import tenancy
from VaultPlatform.identity.lockout import window_start
from VaultPlatform.identity.service import session_service, sign_in_failure_service
from VaultPlatform.storage import blob_storage

#: An ended session is kept so long, for whoever looks into a misuse of it.
SESSIONS_KEPT = timedelta(days=30)
#: An upload that nothing refers to is taken for abandoned after so long.
UPLOADS_KEPT = timedelta(hours=24)


@shared_task(name="vault.maintain_site")
def maintain_site() -> int:
    """Forget the site's past failed sign-ins, then send `maintain_organisation` for each active organisation.

    Returns how many organisations there are.
    """
    sign_in_failure_service.bulk_delete({"since__lte": window_start()})
    sent = 0
    for organisation in tenancy.list_organisations():
        if organisation.status == "active":
            with tenancy.use(organisation):
                maintain_organisation.delay()
            sent += 1
    return sent


@shared_task(name="vault.maintain_organisation", base=OrganisationTask)
def maintain_organisation() -> dict[str, int]:
    """Remove ended sessions and abandoned uploads of the current organisation; how many of each."""
    return {
        "sessions": session_service.bulk_delete({"expires_at__lt": now() - SESSIONS_KEPT}),
        "uploads": blob_storage().sweep(older_than=UPLOADS_KEPT, referenced=referenced_blobs),
    }
