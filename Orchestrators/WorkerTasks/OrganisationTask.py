"""The base of tasks that work for one organisation: it carries the organisation, so that no author can forget it."""

from typing import Any

from celery import Task

from VaultPlatform import tenancy
from VaultPlatform.tenancy.states import ACTIVE

#: The key, since a slug may be another organisation's by the time the task runs.
_HEADER = "vault_org_key"
#: After which a task is tried again that met its organisation in the middle of its migrations.
UPGRADE_SECONDS = 15


class OrganisationGone(Exception):
    """The organisation that a task was sent for is not there any more, or is closed."""


class OrganisationTask(Task):
    """Sent with the current organisation and run inside it. Use as `@shared_task(base=OrganisationTask)`.

    Sending one without a current organisation raises NoOrganisation. A task whose organisation has gone or is closed
    by the time it runs fails with OrganisationGone, and does nothing; one that is not migrated makes it wait.
    """

    abstract = True

    def apply_async(self, *args: Any, **options: Any) -> Any:
        """Send the task; options are Celery's."""
        headers = {**(options.pop("headers", None) or {}), _HEADER: tenancy.current().key}
        return super().apply_async(*args, headers=headers, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task in its organisation; called directly, in the current one."""
        request = self.request_stack.top if self.request_stack else None
        key = request.get(_HEADER) if request else None
        if key is None:
            tenancy.current()
            return super().__call__(*args, **kwargs)
        organisation = tenancy.get_organisation_by_key(key)
        if organisation is None or organisation.status != ACTIVE:
            raise OrganisationGone(
                f"{self.name} was sent for the organisation {key!r}, which is gone or closed."
            )
        with tenancy.use(organisation):
            if not organisation.migrated:
                raise self.retry(countdown=UPGRADE_SECONDS, max_retries=None)
            return super().__call__(*args, **kwargs)
