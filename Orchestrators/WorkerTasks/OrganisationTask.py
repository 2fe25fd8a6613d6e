"""The base of tasks that work for one organisation: it carries the organisation, so that no author can forget it.

Each such task has a row in the journal of its organisation, written when it is sent, with the transaction that is open.
The message to the worker only says which row; so a broker that is away, or loses it, loses no task.
"""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from celery import Task
from celery.exceptions import Retry
from django.db import transaction

from Orchestrators.Errors import OwnershipLost
from Orchestrators.Progress import progress_of
from VaultPlatform import tenancy
from VaultPlatform.host.here import why_off_here
from VaultPlatform.runs import tasks
from VaultPlatform.tenancy.states import ACTIVE

log = logging.getLogger("vault.runs")
#: The key, since a slug may be another organisation's by the time the task runs.
_HEADER = "vault_org_key"
#: With which a schedule says whose the task is: an organisation's slug, or EVERY active one.
ORG = "org"
EVERY = "*"
#: After which a task is tried again that met its organisation in the middle of its migrations.
UPGRADE_SECONDS = 15
#: Celery's own tasks, which are of the site.
_CELERYS = "celery."


class OrganisationGone(Exception):
    """The organisation that a task was sent for is not there any more, or is closed."""


class SiteTask(Task):
    """A task of the site, outside of any organisation, and without a row: `@shared_task(base=SiteTask)`."""

    abstract = True


class OrganisationTask(Task):
    """Sent with the current organisation and run inside it. Every task is one that does not name another base.

    Sending one without a current organisation raises NoOrganisation, unless the header "org" names one, or by "*" every
    active one. Its arguments have to be values that can be written down (see `Orchestrators.Codec`). A task whose
    organisation has gone or is closed by the time it runs does nothing; one that is not migrated makes it wait. A task
    that fails stays in the list of runs, where it can be tried again; so does one that has cost several workers their
    life, and one whose plugin has been switched off here since it was sent.
    """

    abstract = True
    acks_late = True
    reject_on_worker_lost = True
    #: Whether it has a row.
    is_kept = True

    def apply_async(
        self, args: Any = None, kwargs: Any = None, task_id: str | None = None, **options: Any
    ) -> Any:
        """Send the task; options are Celery's. The message goes with the commit of the open transaction.

        Nothing is sent, and None returned, if the task is of a plugin that is off here.
        """
        if self.name.startswith(_CELERYS):
            return super().apply_async(args, kwargs, task_id, **options)
        named = (options.get("headers") or {}).get(ORG)
        if named is not None and tenancy.current_or_none() is None:
            return self._sent_for(named, args, kwargs, options)
        organisation = tenancy.current()
        if (why := why_off_here(self.run)) is not None:
            log.info("%s is not sent, for %s", self.name, why)
            return None
        if not self.is_kept:
            return publish(self, task_id, args=args, kwargs=kwargs, **options)
        if self.typing:
            self.__header__(*(args or ()), **(kwargs or {}))
        again = task_id is not None and task_id == self.request.id
        queue = options.get("queue") or tasks.queue_of(self)
        at = tasks.time_of(options)
        if again:
            tasks.put_off(UUID(task_id), args or (), kwargs or {}, at=at)
        else:
            task_id = tasks.keep(self.name, args or (), kwargs or {}, queue=str(queue), at=at)
        options = {**options, "queue": queue}

        def send() -> None:
            with tenancy.use(organisation):
                tasks.attempted(lambda: publish(self, task_id, **options), task=self.name)

        transaction.on_commit(send)
        return self.AsyncResult(task_id)

    def _sent_for(self, named: str, args: Any, kwargs: Any, options: dict[str, Any]) -> Any:
        """Send the task for the organisation that the headers name; the scheduler itself is outside of any."""
        if named == EVERY:
            arguments = (self.name, list(args or ()), dict(kwargs or {}), options.get("queue"))
            return self.app.tasks["vault.send_to_each"].apply_async(arguments)
        with tenancy.use(tenancy.find_organisation(named)):
            return self.apply_async(args, kwargs, **options)

    def report_progress(self, done: float, total: float | None = None, *, note: str = "") -> None:
        """Show whoever looks at the task how far it is, and stop it there if it was cancelled.

        `done` of `total`, in whatever is counted; `note`: what is being done. It is written once a second at most, and
        outside of transactions only. Called directly, outside of a worker, it does nothing.
        """
        taken = self.request.get("vault_taken")
        if taken is not None:
            taken.report(progress_of(done, total, note))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task in its organisation; called directly, in the current one."""
        request = self.request_stack.top if self.request_stack else None
        key = request.get(_HEADER) if request else None
        if self.name.startswith(_CELERYS):
            return super().__call__(*args, **kwargs)
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
            if self.is_kept:
                return self._from_its_row(UUID(self.request.id))
            if (why := why_off_here(self.run)) is not None:
                log.info("%s is not done, for %s", self.name, why)
                return None
            return super().__call__(*args, **kwargs)

    def _from_its_row(self, row_id: UUID) -> Any:
        """Run with the arguments of the row; nothing if another worker has it, or it has ended."""
        taken = tasks.take_up(row_id)
        if taken is None:
            return None
        if (why := why_off_here(self.run)) is not None:
            taken.set_aside(why)
            return None
        self.request.args, self.request.kwargs = list(taken.args), dict(taken.kwargs)  # retry() repeats them
        self.request.vault_taken = taken
        try:
            result = super().__call__(*taken.args, **taken.kwargs)
        except Retry:
            raise
        except OwnershipLost:
            if not taken.cancelled():
                raise
            return None
        except BaseException as error:
            taken.failed(error)
            raise
        taken.done()
        return result


def publish(task: Task, task_id: str | None, **options: Any) -> Any:
    """Give the broker a message for `task` in the current organisation; options are Celery's."""
    headers = {**(options.pop("headers", None) or {}), _HEADER: tenancy.current().key}
    return task.app.send_task(
        task.name, task_id=task_id, headers=headers, task_type=task, **{"retry": False, **options}
    )
