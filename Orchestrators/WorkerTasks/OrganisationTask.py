"""The base of tasks that work for one organisation: it carries the organisation, so that no author can forget it."""

from typing import Any

from celery import Task

from VaultPlatform import tenancy

_HEADER = "vault_org"


class OrganisationGone(Exception):
    """The organisation that a task was sent for is not there any more, or is suspended."""


class OrganisationTask(Task):
    """Sent with the current organisation and run inside it. Use as `@shared_task(base=OrganisationTask)`.

    Sending one without a current organisation raises NoOrganisation. A task whose organisation has gone or is suspended
    by the time it runs fails with OrganisationGone, and does nothing.
    """

    abstract = True

    def apply_async(self, *args: Any, **options: Any) -> Any:
        """Send the task; options are Celery's."""
        headers = {**(options.pop("headers", None) or {}), _HEADER: tenancy.current().slug}
        return super().apply_async(*args, headers=headers, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task in its organisation; called directly, in the current one."""
        request = self.request_stack.top if self.request_stack else None
        slug = request.get(_HEADER) if request else None
        if slug is None:
            tenancy.current()
            return super().__call__(*args, **kwargs)
        organisation = tenancy.get_organisation(slug)
        if organisation is None or organisation.status != "active":
            raise OrganisationGone(
                f"{self.name} was sent for the organisation {slug!r}, which is gone or suspended."
            )
        with tenancy.use(organisation):
            return super().__call__(*args, **kwargs)
